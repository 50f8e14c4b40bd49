/* Written by docs/approximations/narrow_cures.c. Of each operation: how ties go, nudges, and the inputs whose results
 * are corrected, at default parameters. */

static const elem_rounding relu_squared_rounding = {.ties = TIES_TO_ZERO};

static const elem_rounding elu_rounding = {.ties = TIES_TO_ZERO};

static const elem_rounding celu_rounding = {.ties = TIES_TO_ZERO};

static const elem_rounding selu_rounding = {.ties = TIES_AWAY};

static const elem_rounding gelu_rounding = {.ties = TIES_UP};

static const elem_rounding gelu_tanh_rounding = {.ties = TIES_UP};

static const elem_rounding gelu_quick_rounding = {
    .ties = TIES_UP, .cures = {{0xbfd3, 0xbdc0}, {0xc13b, 0xb2e7}}, .count = 2};

static const elem_rounding silu_rounding = {.ties = TIES_UP};

static const elem_rounding swish_rounding = {.ties = TIES_UP};

static const elem_rounding mish_rounding = {.ties = TIES_AWAY};

static const elem_rounding sigmoid_rounding = {.ties = TIES_AWAY};

static const elem_rounding log_sigmoid_rounding = {.ties = TIES_AWAY};

static const elem_rounding hard_sigmoid6_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding hard_swish_rounding = {.ties = TIES_UP, .otherwise = TIES_UP};

static const elem_rounding tanh_rounding = {.ties = TIES_AWAY};

static const elem_rounding tanh_shrink_rounding = {.ties = TIES_AWAY, .any_nan = 1};

static const elem_rounding soft_shrink_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding softplus_rounding = {.ties = TIES_AWAY};

static const elem_rounding softsign_rounding = {.ties = TIES_AWAY};

static const elem_rounding exp_rounding = {.ties = TIES_AWAY};

static const elem_rounding softcap_rounding = {.ties = TIES_TO_ZERO};

static const elem_rounding xielu_rounding = {.ties = TIES_UP};

static const elem_rounding sqrt_softplus_rounding = {.ties = TIES_AWAY};

static const elem_rounding erf_rounding = {.ties = TIES_AWAY};
