/*
 * A gated unit over arrays of floats in double lanes: makes vacti_<OP>_f32_<build>_wide, vacti_<OP>_rows_... for
 * matrices and vacti_<OP>_interleaved_... for rows of pairs gate, up. Included once per gate, after its OP_value
 * (act/wide/gate/), with OP defined and OP_DEFAULTS the defaults of its parameters. The value is rounded to double and
 * then to float: at most 0.5 + 2^-29 ULP.
 */
static const vact_params_f32 ACT(defaults) = {{OP_DEFAULTS}};

VACT_INLINE vf ACT(rounded)(vf gate, vf up, const act_params *params)
{
    return vf_or_nan(vf_or_nan(wide_round(ACT(value)(gate, up, params)), gate), up);
}

VACT_NOINLINE static void ACT(row)(elem *dst, const elem *gate, const elem *up, size_t n, const act_params *params)
{
    const act_params own = *params;
    for (size_t i = 0, part; i < n; i += part) {
        part = loop_part(n - i);
        const vf g = loop_load(gate + i, part), u = loop_load(up + i, part);
        loop_store(dst + i, ACT(rounded)(g, u, &own), part);
    }
}

KERNEL_TYPE(gate) KERNEL(OP);

void KERNEL(OP)(elem *dst, const elem *gate, const elem *up, size_t n, const vact_params_f32 *params)
{
    const act_params own = loop_wide_params(params ? params : &ACT(defaults));
    ACT(row)(dst, gate, up, n, &own);
}

KERNEL_TYPE(gate_rows) KERNEL(ACT(rows));

void KERNEL(ACT(rows))(elem *dst, size_t dst_stride, const elem *gate, size_t gate_stride, const elem *up,
                       size_t up_stride, size_t rows, size_t cols, const vact_params_f32 *params)
{
    const act_params own = loop_wide_params(params ? params : &ACT(defaults));
    for (size_t r = 0; r < rows; r++)
        ACT(row)(dst + r * dst_stride, gate + r * gate_stride, up + r * up_stride, cols, &own);
}

KERNEL_TYPE(interleaved) KERNEL(ACT(interleaved));

void KERNEL(ACT(interleaved))(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                              size_t cols, const vact_params_f32 *params)
{
    const act_params own = loop_wide_params(params ? params : &ACT(defaults));
    loop_pairs pairs;
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0, n; i < cols; i += n) {
            n = loop_split_pairs(&pairs, src + r * src_stride + 2 * i, cols - i);
            ACT(row)(dst + r * dst_stride + i, pairs.gate, pairs.up, n, &own);
        }
}
