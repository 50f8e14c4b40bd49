#include <stdio.h>
#include <vact/vact.h>

int main(void)
{
    float x[4] = {-10.0f, -1.0f, 0.0f, 3.0f}, y[4];
    if (vact_gelu_f32(y, x, 4) != VACT_OK)
        return 1;
    printf("%g %g %g %g on %s\n", y[0], y[1], y[2], y[3], vact_info()->isa);
}
