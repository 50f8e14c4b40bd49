/* The kernels of a case, and the messages of those that fail. */
#include "support.h"

#include <stdarg.h>
#include <stdio.h>

vact_unary_f32_fn *test_unary(const vacti_table *table, const vacti_op_info *info)
{
    vact_unary_f32_fn *kernel = table->unary[VACT_OP_SLOT(info->op)];
    cr_assert(kernel != NULL, "%s on %s: no kernel", info->name, table->build);
    return kernel;
}

vact_channels_f32_fn *test_channels(const vacti_table *table, const vacti_op_info *info)
{
    vact_channels_f32_fn *kernel = table->channels[VACT_OP_SLOT(info->op)];
    cr_assert(kernel != NULL, "%s on %s: no kernel", info->name, table->build);
    return kernel;
}

vact_rows_f32_fn *test_rows(const vacti_table *table, const vacti_op_info *info)
{
    vact_rows_f32_fn *kernel = table->rows[VACT_OP_SLOT(info->op)];
    cr_assert(kernel != NULL, "%s on %s: no kernel", info->name, table->build);
    return kernel;
}

enum { TEXT_SIZE = 256 };

static void name_parameters(char *text, const test_subject *subject, const vact_params_f32 *params)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; params != NULL && i < subject->info->param_count && used < TEXT_SIZE; i++)
        used += (size_t)snprintf(text + used, TEXT_SIZE - used, " %s=%a", subject->info->params[i].name,
                                 (double)params->v[i]);
}

void test_fail_bits(const test_subject *subject, const vact_params_f32 *params, float input, float expected, float got,
                    const char *where, ...)
{
    char place[TEXT_SIZE], parameters[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, where);
    vsnprintf(place, sizeof place, where, arguments);
    va_end(arguments);
    name_parameters(parameters, subject, params);
    cr_expect(false, "%s %s %s%s, %s: input %a (0x%08x), expected %a (0x%08x), got %a (0x%08x)", subject->info->name,
              subject->variant, subject->build, parameters, place, (double)input, test_raw_bits(input),
              (double)expected, test_raw_bits(expected), (double)got, test_raw_bits(got));
    test_end_case();
}

void test_fail_error(const test_subject *subject, const vact_params_f32 *params, float input, double exact, float got,
                     double error, const char *where, ...)
{
    char place[TEXT_SIZE], parameters[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, where);
    vsnprintf(place, sizeof place, where, arguments);
    va_end(arguments);
    name_parameters(parameters, subject, params);
    cr_expect(false, "%s %s %s%s, %s: input %a (0x%08x), exact %.17g, got %.9g (0x%08x), error %g ULP, bound %g ULP",
              subject->info->name, subject->variant, subject->build, parameters, place, (double)input,
              test_raw_bits(input), exact, (double)got, test_raw_bits(got), error, subject->bound);
    test_end_case();
}

void test_fail(const test_subject *subject, const char *text, ...)
{
    char message[2 * TEXT_SIZE];
    va_list arguments;
    va_start(arguments, text);
    vsnprintf(message, sizeof message, text, arguments);
    va_end(arguments);
    cr_expect(false, "%s %s %s: %s", subject->info->name, subject->variant, subject->build, message);
    test_end_case();
}
