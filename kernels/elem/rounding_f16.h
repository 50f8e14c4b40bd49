/* Written by docs/approximations/narrow_cures.c. Of each operation: how ties go, nudges, and the inputs whose results
 * are corrected, at default parameters. */

static const elem_rounding relu_squared_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding elu_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding celu_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding selu_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding gelu_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x0001, 0x0001}, {0xc5ba, 0x8000}}, .count = 2};

static const elem_rounding gelu_tanh_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x0001, 0x0001}, {0x8e55, 0x8a55}, {0x957c, 0x917b}}, .count = 3};

static const elem_rounding gelu_quick_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x0001, 0x0001}, {0x0e22, 0x0a23}, {0xbab5, 0xb131}}, .count = 3};

static const elem_rounding silu_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x0001, 0x0001}}, .count = 1};

static const elem_rounding swish_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x0001, 0x0001}}, .count = 1};

static const elem_rounding mish_rounding = {
    .ties = TIES_TO_EVEN,
    .cures = {{0x1685, 0x13d5}, {0x36f5, 0x3519}, {0xa83a, 0xa4fc}, {0xc8a5, 0x9309}},
    .count = 4};

static const elem_rounding sigmoid_rounding = {.ties = TIES_TO_EVEN, .sideways = -0x1.4p-23f};

static const elem_rounding log_sigmoid_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x0430, 0xb98b}, {0x97bc, 0xb98d}}, .count = 2};

static const elem_rounding hard_sigmoid6_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding hard_swish_rounding = {.ties = TIES_TO_EVEN,
                                                  .otherwise = TIES_TO_EVEN,
                                                  .cures = {{0x0001, 0x0001}, {0x3401, 0x3057}, {0x3bff, 0x3955}},
                                                  .count = 3};

static const elem_rounding tanh_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding tanh_shrink_rounding = {.ties = TIES_TO_EVEN, .any_nan = 1};

static const elem_rounding soft_shrink_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding softplus_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x17bc, 0x398d}, {0x8430, 0x398b}}, .count = 2};

static const elem_rounding softsign_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding exp_rounding = {.ties = TIES_TO_EVEN, .result = 0x1.000002p+0f};

static const elem_rounding softcap_rounding = {
    .ties = TIES_TO_EVEN, .argument = 0x1.000002p+0f, .cures = {{0x3e54, 0x3e52}, {0xbe54, 0xbe52}}, .count = 2};

static const elem_rounding xielu_rounding = {
    .ties = TIES_TO_EVEN,
    .result = 0x1.000002p+0f,
    .cures = {{0x0a53, 0x0653}, {0x9079, 0x8c78}, {0xb25c, 0xad69}, {0xba49, 0xb263}, {0xc508, 0x39b7}},
    .count = 5};

static const elem_rounding sqrt_softplus_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x11b4, 0x3aa9}}, .count = 1};

static const elem_rounding erf_rounding = {.ties = TIES_TO_EVEN};
