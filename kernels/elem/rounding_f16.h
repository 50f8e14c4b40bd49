/* Written by docs/approximations/narrow_cures.c. Of each operation: how ties go, and the inputs whose results are
 * corrected, at default parameters. */

static const elem_rounding relu_squared_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding elu_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding celu_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding selu_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding gelu_rounding = {TIES_TO_EVEN, 1, {{0x0001, 1}}};

static const elem_rounding gelu_tanh_rounding = {TIES_TO_EVEN, 3, {{0x157c, -1}, {0x35a7, 1}, {0x8e55, 1}}};

static const elem_rounding gelu_quick_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding silu_rounding = {TIES_TO_EVEN, 1, {{0x0001, 1}}};

static const elem_rounding swish_rounding = {TIES_TO_EVEN, 1, {{0x0001, 1}}};

static const elem_rounding mish_rounding = {
    TIES_TO_EVEN, 6, {{0x1685, 1}, {0x3e49, 1}, {0x8fbf, -1}, {0x9100, -1}, {0xc3b4, 1}, {0xc8a5, 1}}};

static const elem_rounding sigmoid_rounding = {TIES_TO_EVEN,
                                               9,
                                               {{0x1a00, -1},
                                                {0x1f00, -1},
                                                {0x2180, -1},
                                                {0x9600, 1},
                                                {0x9900, 1},
                                                {0x9b00, 1},
                                                {0x9c80, 1},
                                                {0x9d80, 1},
                                                {0x9f80, 1}}};

static const elem_rounding log_sigmoid_rounding = {TIES_TO_EVEN, 2, {{0x0430, -1}, {0x97bc, -1}}};

static const elem_rounding hard_sigmoid6_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding hard_swish_rounding = {TIES_TO_EVEN, 3, {{0x0001, 1}, {0x3401, 1}, {0x3bff, 1}}};

static const elem_rounding tanh_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding tanh_shrink_rounding = {TIES_TO_EVEN, 2, {{0x3793, -1}, {0xb793, -1}}};

static const elem_rounding soft_shrink_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding softplus_rounding = {TIES_TO_EVEN, 2, {{0x17bc, -1}, {0x8430, -1}}};

static const elem_rounding softsign_rounding = {TIES_TO_EVEN, 0, {{0, 0}}};

static const elem_rounding exp_rounding = {TIES_TO_EVEN, 2, {{0x1f79, -1}, {0x25cf, -1}}};

static const elem_rounding softcap_rounding = {TIES_TO_EVEN, 4, {{0x3c63, 1}, {0x3f81, 1}, {0xbc63, 1}, {0xbf81, 1}}};

static const elem_rounding xielu_rounding = {
    TIES_AWAY, 5, {{0x0a53, -1}, {0x9079, -1}, {0xb25c, -1}, {0xba49, -1}, {0xc508, -1}}};

static const elem_rounding sqrt_softplus_rounding = {TIES_TO_EVEN, 1, {{0x11b4, -1}}};

static const elem_rounding erf_rounding = {TIES_TO_EVEN, 2, {{0x1612, -1}, {0x9612, -1}}};
