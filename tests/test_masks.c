/* The extent of a mask, which decides what overlaps it: every layout, by the formula of vact.h. */
#include "support.h"

enum { COLS = 5, STRIDE = 7, MOST_ROWS = 7, AREA = 64 * STRIDE };

static float area[3 * AREA], *const middle = area + AREA, src[MOST_ROWS * COLS];

/* The last row of the mask that some row of the matrix uses. */
static size_t last_row(const vact_mask_layout *layout, size_t rows)
{
    size_t repeat = layout->repeat ? layout->repeat : 1, period = layout->rows ? layout->rows : rows, last = 0;
    for (size_t r = 0; r < rows; r++) {
        size_t row = layout->block
                         ? r / layout->block * layout->block_rows + r % layout->block / repeat % layout->block_rows
                         : r / repeat;
        last = row % period > last ? row % period : last;
    }
    return last;
}

/* dst begins at `middle`, `apart` elements of the mask after the beginning of the mask. */
static vact_status run(const vact_mask_layout *layout, size_t rows, size_t apart, bool bytes)
{
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    if (bytes) {
        options.keep = (const unsigned char *)middle - apart;
        options.keep_layout = *layout;
    } else {
        options.bias = middle - apart;
        options.bias_layout = *layout;
    }
    return vact_softmax_masked_f32(middle, COLS, src, COLS, rows, COLS, &options);
}

static void check(const vact_mask_layout *layout, size_t rows)
{
    size_t end = last_row(layout, rows) * layout->stride + COLS;
    for (int bytes = 0; bytes < 2; bytes++) {
        cr_assert(run(layout, rows, end - 1, bytes != 0) == VACT_EOVERLAP,
                  "%zu rows, mask: stride %zu, rows %zu, repeat %zu, block %zu of %zu: an overlap of its last element",
                  rows, layout->stride, layout->rows, layout->repeat, layout->block, layout->block_rows);
        /* In blocks with gaps more than the rows that are used may count. */
        cr_assert(layout->block != 0 || run(layout, rows, end, bytes != 0) == VACT_OK,
                  "%zu rows, mask: stride %zu, rows %zu, repeat %zu: no overlap", rows, layout->stride, layout->rows,
                  layout->repeat);
    }
}

Test(masks, extent)
{
    for (size_t rows = 1; rows <= MOST_ROWS; rows++)
        for (size_t mask_rows = 0; mask_rows <= 4; mask_rows++)
            for (size_t repeat = 0; repeat <= 3; repeat++)
                for (size_t block = 0; block <= 4; block++)
                    for (size_t block_rows = block != 0; block_rows <= (block != 0 ? 3 : 0); block_rows++) {
                        const vact_mask_layout layout = {STRIDE, mask_rows, repeat, block, block_rows};
                        const vact_mask_layout one_row = {0, mask_rows, repeat, block, block_rows};
                        check(&layout, rows);
                        check(&one_row, rows);
                    }
}
