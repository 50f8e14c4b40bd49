/* Written by docs/approximations/narrow_cures.c. Of each operation: how ties go, nudges, and the inputs whose results
 * are corrected, at default parameters. */

static const elem_rounding relu_squared_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding elu_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding celu_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding selu_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding gelu_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x0001, 1}}, .count = 1};

static const elem_rounding gelu_tanh_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x157c, -1}, {0x35a7, 1}, {0x8e55, 1}}, .count = 3};

static const elem_rounding gelu_quick_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding silu_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x0001, 1}}, .count = 1};

static const elem_rounding swish_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x0001, 1}}, .count = 1};

static const elem_rounding mish_rounding = {
    .ties = TIES_TO_EVEN, .argument = 0x1.fffffep-1f, .cures = {{0x1685, 1}, {0x3e49, 1}}, .count = 2};

static const elem_rounding sigmoid_rounding = {
    .ties = TIES_TO_EVEN, .sideways = -0x1.2p-23f, .cures = {{0xb13f, -1}}, .count = 1};

static const elem_rounding log_sigmoid_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x0430, -1}, {0x97bc, -1}}, .count = 2};

static const elem_rounding hard_sigmoid6_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding hard_swish_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x0001, 1}, {0x3401, 1}, {0x3bff, 1}}, .count = 3};

static const elem_rounding tanh_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding tanh_shrink_rounding = {.ties = TIES_TO_EVEN,
                                                   .any_nan = 1,
                                                   .argument = 0x1.fffffcp-1f,
                                                   .result = 0x1.000004p+0f,
                                                   .cures = {{0x2c8d, 1}, {0x3805, 1}, {0xac8d, 1}, {0xb805, 1}},
                                                   .count = 4};

static const elem_rounding soft_shrink_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding softplus_rounding = {
    .ties = TIES_TO_EVEN, .cures = {{0x17bc, -1}, {0x8430, -1}}, .count = 2};

static const elem_rounding softsign_rounding = {.ties = TIES_TO_EVEN};

static const elem_rounding exp_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x1f79, -1}, {0x25cf, -1}}, .count = 2};

static const elem_rounding softcap_rounding = {
    .ties = TIES_TO_EVEN, .argument = 0x1.000002p+0f, .cures = {{0x3e54, -1}, {0xbe54, -1}}, .count = 2};

static const elem_rounding xielu_rounding = {
    .ties = TIES_TO_EVEN,
    .result = 0x1.000002p+0f,
    .cures = {{0x0a53, -1}, {0x9079, -1}, {0xb25c, -1}, {0xba49, -1}, {0xc508, -1}},
    .count = 5};

static const elem_rounding sqrt_softplus_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x11b4, -1}}, .count = 1};

static const elem_rounding erf_rounding = {.ties = TIES_TO_EVEN, .cures = {{0x1612, -1}, {0x9612, -1}}, .count = 2};
