/*
 * NumPy's .npy files of float32, and where they are asked for of bfloat16, float16, int8 and uint8 (format
 * versions 1.0, 2.0 and 3.0), mapped for reading. Anything else is refused with a reason: nothing in a file is trusted.
 */
#ifndef VACT_TOOLS_NPY_H
#define VACT_TOOLS_NPY_H

#include <stdbool.h>
#include <stddef.h>

enum {
    VACT_NPY_MAX_DIMENSIONS = 64, /* as NumPy 2 */
    VACT_NPY_MAX_HEADER = 2048,   /* enough for that many dimensions */
    VACT_NPY_PREFIX = 12,
    VACT_REASON_SIZE = 256
};

/* Why something failed: the message that follows the file's name. */
typedef struct vact_reason {
    char text[VACT_REASON_SIZE];
} vact_reason;

/* Writes the reason and returns false. */
bool vact_because(vact_reason *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The types of elements that are read. NumPy has no bfloat16: the type of ml_dtypes is saved as raw bytes, '<V2', which
 * count as bfloat16 here. int16 and uint16 are known because both 16-bit formats are also kept in them. */
typedef enum vact_element {
    VACT_ELEMENT_F32,
    VACT_ELEMENT_BF16,
    VACT_ELEMENT_F16,
    VACT_ELEMENT_I16,
    VACT_ELEMENT_U16,
    VACT_ELEMENT_I8,
    VACT_ELEMENT_U8,
    VACT_ELEMENTS
} vact_element;

/* "float32", and the size of an element in bytes. */
const char *vact_npy_element_name(vact_element element);
size_t vact_npy_element_size(vact_element element);

typedef struct vact_shape {
    vact_element element;
    int dimensions;
    size_t sizes[VACT_NPY_MAX_DIMENSIONS];
    size_t count; /* of elements: the product of the sizes; 1 without dimensions */
    bool fortran; /* the first axis varies fastest, not the last; false where both orders are the same */
} vact_shape;

/* An array in a mapped file. */
typedef struct vact_npy {
    vact_shape shape;
    const unsigned char *bytes; /* the elements, at any alignment */
    float *copy;                /* the elements as floats where the map does not hold them so, or null */
    void *map;
    size_t map_size;
    const char *path;
    int fd;
    struct vact_npy *next; /* of the open files */
} vact_npy;

/* Reads a header and checks it against the size of the file; *offset is where the elements start. */
bool vact_npy_parse(vact_shape *shape, size_t *offset, const unsigned char *file, size_t size, vact_reason *reason);

/* The same in two steps, for what is read bit by bit: where the header ends, from the first VACT_NPY_PREFIX bytes or
 * fewer where there are no more; and the header, of which `size` bytes are there. */
bool vact_npy_find_header(size_t *end, const unsigned char *file, size_t size, vact_reason *reason);
bool vact_npy_parse_header(vact_shape *shape, const unsigned char *file, size_t end, size_t size, vact_reason *reason);

/* Why elements that are not float32 are refused. True, and no reason, where they are. */
bool vact_npy_is_f32(const vact_shape *shape, vact_reason *reason);

/* Opens and maps a file of float32, in C order, or in any. On failure they print a message and leave nothing open. */
bool vact_npy_open(vact_npy *npy, const char *path);
bool vact_npy_open_any(vact_npy *npy, const char *path);

/* The same for any type of elements. */
bool vact_npy_open_any_type(vact_npy *npy, const char *path, bool any_order);
void vact_npy_close(vact_npy *npy);

/* Whether every open file has the size that it had, with a message for one that does not: where a file ends within a
 * page, the rest of the page reads as zeros. To be asked after the last element was read. */
bool vact_npy_unchanged(void);

/* Whether an open file has the sizes and the order of another array, called `whose` in the message where it has not. */
bool vact_npy_is_like(const vact_npy *npy, const vact_shape *shape, const char *whose);

/* Elements of the file's type: in the mapped file, or copied to `copy` where the file has them misaligned. */
const void *vact_npy_part(const vact_npy *npy, size_t first, size_t count, void *copy);

/* All elements of a file of float32 likewise; vact_npy_close frees the copy. Null when out of memory. */
const float *vact_npy_values(vact_npy *npy);

/* Writes the header of an array of that shape (version 1.0), a multiple of 64 bytes; returns its size. */
size_t vact_npy_header(char header[VACT_NPY_MAX_HEADER], const vact_shape *shape);

/* Why an array in Fortran order is refused. */
extern const char vact_npy_needs_c[];

/* "(3, 4)", truncated where it does not fit. */
void vact_npy_shape_text(char *words, size_t size, const vact_shape *shape);

#endif
