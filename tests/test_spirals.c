/* examples/spirals: its gradients against differences, and what the program promises. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "examples/spirals/network.h"

enum { POINTS = 6, DEPTH = 3, WIDTH = 5 };

static float loss_of(network *net, const float *points, const float *targets)
{
    float losses[POINTS];
    vact_bce_with_logits_options_f32 options = VACT_BCE_WITH_LOGITS_OPTIONS_F32;
    options.reduction = VACT_REDUCTION_NONE;
    cr_assert(vact_bce_with_logits_f32(losses, network_forward(net, points, POINTS), targets, POINTS, &options) ==
              VACT_OK);
    float sum = 0.0f;
    for (int i = 0; i < POINTS; i++)
        sum += losses[i];
    return sum / (float)POINTS;
}

/* A central difference of the loss, in float: right to about 1e-4. */
static void expect_slope(network *net, const float *points, const float *targets, float *parameter, float slope)
{
    const float step = 0x1p-7f;
    float kept = *parameter;
    *parameter = kept + step;
    float above = loss_of(net, points, targets);
    *parameter = kept - step;
    float below = loss_of(net, points, targets);
    *parameter = kept;
    float difference = (above - below) / (2.0f * step);
    cr_expect(fabsf(difference - slope) < 3e-4f + 0.01f * fabsf(slope), "%s: %g, by differences %g", net->f->name,
              (double)slope, (double)difference);
}

Test(spirals, gradients_are_the_loss_s_slopes)
{
    static const char *const smooth[] = {"none", "gelu", "silu", "mish", "sigmoid", "tanh"};
    for (size_t f = 0; f < sizeof smooth / sizeof smooth[0]; f++) {
        network net;
        random_state random = {f};
        float points[2 * POINTS];
        float targets[POINTS];
        cr_assert(network_make(&net, activation_named(smooth[f]), DEPTH, WIDTH, POINTS, INIT_HE, &random));
        for (int i = 0; i < 2 * POINTS; i++)
            points[i] = (float)random_normal(&random);
        for (int i = 0; i < POINTS; i++)
            targets[i] = (float)(i % 2);
        network_gradient(&net, points, targets, POINTS);
        for (size_t i = 0; i <= DEPTH; i++) {
            layer *at = &net.layers[i];
            for (size_t k = 0; k < at->inputs * at->outputs; k++)
                expect_slope(&net, points, targets, &at->weights[k], at->d_weights[k]);
            for (size_t k = 0; k < at->outputs; k++)
                expect_slope(&net, points, targets, &at->bias[k], at->d_bias[k]);
        }
        network_free(&net);
    }
}

static void expect_run(const char *arguments, int status, const char *text)
{
    command_result result = command_run("cd '%s' && '%s' %s 2>&1", VACT_BINARY_DIR, VACT_SPIRALS, arguments);
    cr_expect(result.status == status && strstr(result.text, text) != NULL, "%s: status %d, %s", arguments,
              result.status, result.text);
    free(result.text);
}

Test(spirals, repeats_itself)
{
    command_result first = command_run("'%s' --epochs 3 --seed 7 2>&1", VACT_SPIRALS);
    command_result second = command_run("'%s' --epochs 3 --seed 7 2>&1", VACT_SPIRALS);
    command_result other = command_run("'%s' --epochs 3 --seed 8 2>&1", VACT_SPIRALS);
    cr_expect(first.status == 0 && strncmp(first.text, "epoch    0  loss ", 17) == 0, "%s", first.text);
    cr_expect(strcmp(first.text, second.text) == 0);
    cr_expect(strcmp(first.text, other.text) != 0);
    free(first.text);
    free(second.text);
    free(other.text);
}

Test(spirals, draws_the_boundary)
{
    char path[] = "/tmp/vact-spirals-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    command_result result = command_run("'%s' --quiet --epochs 0 --boundary '%s' 2>&1", VACT_SPIRALS, path);
    cr_expect(result.status == 0 && result.text[0] == '\0', "%s", result.text);
    free(result.text);
    cr_expect(lseek(fd, 0, SEEK_END) == 15 + 400 * 400 * 3, "no picture of 400 x 400");
    close(fd);
    unlink(path);
}

Test(spirals, wrong_usage)
{
    expect_run("--activation softmax", 2, "no activation here is named 'softmax'");
    expect_run("--init big", 2, "none of he, glorot, small");
    expect_run("--depth 0", 2, "not a number from 1 to 64");
    expect_run("--lr -1", 2, "not a number above 0");
    expect_run("--epochs 1x", 2, "not a number");
    expect_run("more", 2, "Too many arguments");
    expect_run("--epochs 0 --quiet --log nowhere/log.tsv", 1, "nowhere/log.tsv");
    expect_run("--epochs 0 --quiet --boundary nowhere/b.ppm", 1, "nowhere/b.ppm");
}
