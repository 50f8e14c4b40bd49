/* Included before all else in what takes the caller's pointers or files: the C library's checks of buffers, where the
 * compiler optimises (they need it) and neither the user nor the compiler chose a level. */
#ifndef VACT_DISPATCH_FORTIFY_H
#define VACT_DISPATCH_FORTIFY_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define VACT_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VACT_SANITIZED
#endif

/* A sanitizer checks more, and does not know the functions that check. */
#if defined(__OPTIMIZE__) && !defined(_FORTIFY_SOURCE) && !defined(VACT_SANITIZED)
#define _FORTIFY_SOURCE 2
#endif

#endif
