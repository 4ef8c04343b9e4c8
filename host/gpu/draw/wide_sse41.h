/* The second build of the wide renderer (host/gpu/rules.mk), for hosts with SSE4.1 that lack AVX2:
 * the same sources, eight lanes as two halves of four by way of SIMDe, under names of their own.
 * The code of programs is made for each half (wide_emit.h). Included before everything else. */
#ifndef XG_GPU_DRAW_WIDE_SSE41_H
#define XG_GPU_DRAW_WIDE_SSE41_H

#define XG_WIDE_SSE41

#define xg_collect_triangle       xg_collect_triangle_sse41
#define xg_draw_groups            xg_draw_groups_sse41
#define xg_merge_pair             xg_merge_pair_sse41
#define xg_sample_deltas          xg_sample_deltas_sse41
#define xg_test_group             xg_test_group_sse41
#define xg_test_pair              xg_test_pair_sse41
#define xg_walk_triangle          xg_walk_triangle_sse41
#define xg_wide_alu               xg_wide_alu_sse41
#define xg_wide_call              xg_wide_call_sse41
#define xg_wide_compile           xg_wide_compile_sse41
#define xg_wide_constants         xg_wide_constants_sse41
#define xg_wide_cos               xg_wide_cos_sse41
#define xg_wide_cube              xg_wide_cube_sse41
#define xg_wide_endloop           xg_wide_endloop_sse41
#define xg_wide_enter             xg_wide_enter_sse41
#define xg_wide_enters            xg_wide_enters_sse41
#define xg_wide_exp               xg_wide_exp_sse41
#define xg_wide_free              xg_wide_free_sse41
#define xg_wide_init              xg_wide_init_sse41
#define xg_wide_interpret_fetch   xg_wide_interpret_fetch_sse41
#define xg_wide_invalid           xg_wide_invalid_sse41
#define xg_wide_leave             xg_wide_leave_sse41
#define xg_wide_log               xg_wide_log_sse41
#define xg_wide_loop              xg_wide_loop_sse41
#define xg_wide_max4              xg_wide_max4_sse41
#define xg_wide_muls_prev2        xg_wide_muls_prev2_sse41
#define xg_wide_pack              xg_wide_pack_sse41
#define xg_wide_plain             xg_wide_plain_sse41
#define xg_wide_relative_constant xg_wide_relative_constant_sse41
#define xg_wide_return            xg_wide_return_sse41
#define xg_wide_rsq               xg_wide_rsq_sse41
#define xg_wide_run               xg_wide_run_sse41
#define xg_wide_sin               xg_wide_sin_sse41
#define xg_wide_texture_fetch     xg_wide_texture_fetch_sse41
#define xg_wide_try               xg_wide_try_sse41
#define xg_wide_unpack            xg_wide_unpack_sse41
#define xg_wide_vertex_fetch      xg_wide_vertex_fetch_sse41

#endif
