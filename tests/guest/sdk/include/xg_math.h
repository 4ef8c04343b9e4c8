/* Small mathematics in single precision: only additions, multiplications and divisions, so
 * the results are the same on every correct processor. Angles in radians. */
#ifndef XG_MATH_H
#define XG_MATH_H

/* Error below 2e-6 for |x| < 1000. */
float xg_sin(float x);
float xg_cos(float x);
float xg_sqrt(float x); /* 0 for x <= 0 */

/* Row r, column c: m[r][c]. Vectors are columns: y = m x. Clip space is Direct3D's: x to the
 * right, y up, 0 <= z <= w, the eye at the origin looking along +z. */
struct xg_matrix {
    float m[4][4];
};
struct xg_matrix xg_matrix_identity(void);
struct xg_matrix xg_matrix_product(const struct xg_matrix *a, const struct xg_matrix *b);
struct xg_matrix xg_matrix_move(float x, float y, float z);
struct xg_matrix xg_matrix_turn_x(float angle);
struct xg_matrix xg_matrix_turn_y(float angle);
struct xg_matrix xg_matrix_turn_z(float angle);
/* fov: whole vertical angle; aspect: width / height. */
struct xg_matrix xg_matrix_perspective(float fov, float aspect, float near, float far);

#endif
