/* See xg_math.h. */
#include "xg_math.h"

#include <stdint.h>
#include <string.h>

#define PI 3.14159265358979f

/* Taylor series around 0, |x| <= pi / 2: the first term left out is below 6e-8. */
static float sin_near_zero(float x)
{
    float s = x * x;
    return x * (1.0f + s * (-1.0f / 6 +
                            s * (1.0f / 120 + s * (-1.0f / 5040 +
                                                   s * (1.0f / 362880 - s * (1.0f / 39916800))))));
}

/* x minus the nearest multiple of pi; *odd: whether the multiple is an odd one. pi is split
 * so that the first product is exact. */
static float reduce(float x, int *odd)
{
    int n = (int)(x * (1.0f / PI) + (x < 0 ? -0.5f : 0.5f));
    *odd = n & 1;
    return (x - (float)n * 3.140625f) - (float)n * 9.67653589793e-4f;
}

float xg_sin(float x)
{
    int odd;
    float s = sin_near_zero(reduce(x, &odd));
    return odd ? -s : s;
}

float xg_cos(float x)
{
    return xg_sin(x + PI / 2);
}

float xg_sqrt(float x)
{
    uint32_t bits;
    float y;
    if (x <= 0)
        return 0;
    memcpy(&bits, &x, 4);
    bits = (bits >> 1) + 0x1FC00000; /* half the exponent: within 6 percent */
    memcpy(&y, &bits, 4);
    for (int i = 0; i < 4; i++)
        y = 0.5f * (y + x / y);
    return y;
}

struct xg_matrix xg_matrix_identity(void)
{
    return (struct xg_matrix){{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}};
}

struct xg_matrix xg_matrix_product(const struct xg_matrix *a, const struct xg_matrix *b)
{
    struct xg_matrix p;
    for (int r = 0; r < 4; r++)
        for (int c = 0; c < 4; c++) {
            float sum = 0;
            for (int i = 0; i < 4; i++)
                sum += a->m[r][i] * b->m[i][c];
            p.m[r][c] = sum;
        }
    return p;
}

struct xg_matrix xg_matrix_move(float x, float y, float z)
{
    return (struct xg_matrix){{{1, 0, 0, x}, {0, 1, 0, y}, {0, 0, 1, z}, {0, 0, 0, 1}}};
}

/* A turn in the plane of axes a and b, from a towards b. */
static struct xg_matrix turn(int a, int b, float angle)
{
    struct xg_matrix m = xg_matrix_identity();
    float s = xg_sin(angle), c = xg_cos(angle);
    m.m[a][a] = m.m[b][b] = c;
    m.m[b][a] = s;
    m.m[a][b] = -s;
    return m;
}

struct xg_matrix xg_matrix_turn_x(float angle)
{
    return turn(1, 2, angle);
}
struct xg_matrix xg_matrix_turn_y(float angle)
{
    return turn(2, 0, angle);
}
struct xg_matrix xg_matrix_turn_z(float angle)
{
    return turn(0, 1, angle);
}

struct xg_matrix xg_matrix_perspective(float fov, float aspect, float near, float far)
{
    float scale = xg_cos(fov / 2) / xg_sin(fov / 2), depth = far / (far - near);
    return (struct xg_matrix){
        {{scale / aspect, 0, 0, 0}, {0, scale, 0, 0}, {0, 0, depth, -near * depth}, {0, 0, 1, 0}}};
}
