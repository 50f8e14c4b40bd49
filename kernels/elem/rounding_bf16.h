/* Written by docs/approximations/narrow_cures.c. Of each operation: how ties go, and the inputs whose results are
 * corrected, at default parameters. */

static const elem_rounding relu_squared_rounding = {TIES_TO_ZERO, 0, {{0, 0}}};

static const elem_rounding elu_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding celu_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding selu_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding gelu_rounding = {TIES_UP, 0, {{0, 0}}};

static const elem_rounding gelu_tanh_rounding = {TIES_UP, 0, {{0, 0}}};

static const elem_rounding gelu_quick_rounding = {TIES_UP, 0, {{0, 0}}};

static const elem_rounding silu_rounding = {TIES_UP, 2, {{0x3c00, -1}, {0xbb80, 1}}};

static const elem_rounding swish_rounding = {TIES_UP, 2, {{0x3c00, -1}, {0xbb80, 1}}};

static const elem_rounding mish_rounding = {TIES_AWAY, 0, {{0, 0}}};

static const elem_rounding sigmoid_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding log_sigmoid_rounding = {TIES_AWAY, 0, {{0, 0}}};

static const elem_rounding hard_sigmoid6_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding hard_swish_rounding = {TIES_UP, 0, {{0, 0}}};

static const elem_rounding tanh_rounding = {TIES_AWAY, 0, {{0, 0}}};

static const elem_rounding tanh_shrink_rounding = {TIES_TO_EVEN_ANY, 0, {{0, 0}}};

static const elem_rounding soft_shrink_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding softplus_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding softsign_rounding = {TIES_AWAY, 0, {{0, 0}}};

static const elem_rounding exp_rounding = {TIES_AWAY, 0, {{0, 0}}};

static const elem_rounding softcap_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding xielu_rounding = {TIES_UP, 0, {{0, 0}}};

static const elem_rounding sqrt_softplus_rounding = {TIES_AWAY, 0, {{0, 0}}};

static const elem_rounding erf_rounding = {TIES_AWAY, 0, {{0, 0}}};
