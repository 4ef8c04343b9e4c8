/* The coefficients of the shader units' series, highest power last for 2^f and first for the
 * circular ones: one definition for arith.c and for its eight lanes in wide_help.c, which must
 * agree in every bit. */
#ifndef XG_GPU_DRAW_SERIES_H
#define XG_GPU_DRAW_SERIES_H

/* 2^f on [-1/2, 1/2]: Taylor series of e^(f ln 2), ln(2)^k / k!. Remainder < 4e-13. */
static const double xg_exp2_terms[11] = {1.0,
                                         0x1.62e42fefa39efp-1,
                                         0x1.ebfbdff82c58fp-3,
                                         0x1.c6b08d704a0c0p-5,
                                         0x1.3b2ab6fba4e77p-7,
                                         0x1.5d87fe78a6731p-10,
                                         0x1.430912f86c787p-13,
                                         0x1.ffcbfc588b0c7p-17,
                                         0x1.62c0223a5c824p-20,
                                         0x1.b5253d395e7c4p-24,
                                         0x1.e4cf5158b8ecap-28};

/* Sine (its odd powers) and cosine (its even ones): Taylor series, remainder < 1e-13 on |r| <= pi/4
 * + rounding. */
#define XG_SINE_TERMS 7
static const double xg_sine_terms[XG_SINE_TERMS] = {
    1.0 / 6227020800.0, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1.0};
#define XG_COSINE_TERMS 8
static const double xg_cosine_terms[XG_COSINE_TERMS] = {
    -1.0 / 87178291200.0, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320,
    -1.0 / 720,           1.0 / 24,        -1.0 / 2,       1.0};

#endif
