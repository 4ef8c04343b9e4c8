/* The program's commands. argv[0] is the command's own first word; the result is the exit
 * code of the process (enum xg_error_kind). */
#ifndef XG_APP_COMMANDS_H
#define XG_APP_COMMANDS_H

/* How a command is used: to stdout with XG_OK for who asks (--help or -h among the arguments),
 * else to stderr with XG_E_INPUT. */
int xg_app_usage(const char *text, int argc, char **argv);
int xg_cmd_run(int argc, char **argv);
int xg_cmd_config(int argc, char **argv);
int xg_cmd_info(int argc, char **argv);
int xg_cmd_map(int argc, char **argv);
int xg_cmd_unpack(int argc, char **argv);
int xg_cmd_ls(int argc, char **argv);
int xg_cmd_cat(int argc, char **argv);
int xg_cmd_cpu(int argc, char **argv);
int xg_cmd_gpu(int argc, char **argv);
int xg_cmd_gpu_dis(int argc, char **argv);
int xg_cmd_gpu_replay(int argc, char **argv);
int xg_cmd_gpu_trace(int argc, char **argv);
int xg_cmd_gpu_import(int argc, char **argv);
int xg_cmd_fpga(int argc, char **argv);
int xg_cmd_events(int argc, char **argv);
int xg_cmd_check(int argc, char **argv);

#endif
