/* An operation over rows: makes vacti_<OP>_<type>_<build>_<set> from OP_rows in act/. */
KERNEL_TYPE(rows) KERNEL(OP);

void KERNEL(OP)(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows, size_t cols)
{
    ACT(rows)(dst, dst_stride, src, src_stride, rows, cols);
}
