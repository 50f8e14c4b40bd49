/*
 * A selection that another thread makes in the very middle of the library's first use. The first use reads the
 * environment between finding nothing chosen and publishing what it detected, so a getenv of this program's own puts
 * the selection exactly there; threads alone hit that window once in hundreds of tries.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "dispatch/table.h"

static void (*amid_first_use)(void); /* called once, then null */

char *getenv(const char *name)
{
    void (*call)(void) = amid_first_use;
    amid_first_use = NULL;
    if (call)
        call();
    size_t length = strlen(name);
    for (char **entry = environ; entry && *entry; entry++)
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    return NULL;
}

static bool selected;

static void select_scalar(void) { selected = vact_select(VACT_ISA_SCALAR, VACT_MATH_FAST) == VACT_OK; }

static void use(void)
{
    float x = 1.0f;
    cr_assert(vact_relu_f32(&x, &x, 1) == VACT_OK);
}

static void look(void) { cr_assert_not_null(vact_info()); }

static void expect_selection_to_stand(void (*first)(void))
{
    setenv("VACT_MATH", "auto", 1);
    unsetenv("VACT_ISA");
    amid_first_use = select_scalar;
    first();
    cr_assert(selected, "the first use did not read the environment");
    cr_expect(vacti_table_current() == vacti_table_find(VACT_ISA_SCALAR, VACT_MATH_FAST), "the selection was lost");
    cr_expect(strcmp(vact_info()->math, "fast") == 0, "math is %s", vact_info()->math);
}

Test(first_use, call_does_not_lose_a_selection) { expect_selection_to_stand(use); }

Test(first_use, info_does_not_lose_a_selection) { expect_selection_to_stand(look); }

/* A selection that comes first is never overridden by the environment. */
Test(first_use, selection_before_it_stands)
{
    setenv("VACT_ISA", "auto", 1);
    setenv("VACT_MATH", "auto", 1);
    select_scalar();
    use();
    look();
    cr_expect(vacti_table_current() == vacti_table_find(VACT_ISA_SCALAR, VACT_MATH_FAST), "the selection was lost");
}
