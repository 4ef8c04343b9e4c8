/* The scenes through OpenGL on llvmpipe, without a window. */
#define GL_GLEXT_PROTOTYPES
#include "tests/bench/draw_scenes.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>

#include <stdlib.h>
#include <string.h>

struct gl_renderer {
    struct bench_renderer base;
    EGLDisplay display;
    EGLContext context;
    GLuint target, program, resolved;
    GLint matrix;
};

static const char vertex_text[] =
    "#version 330\n"
    "layout(location=0) in vec3 position; layout(location=1) in vec3 normal;\n"
    "layout(location=2) in vec2 uv; uniform vec4 m[4]; out vec3 n; out vec2 t; out vec4 light;\n"
    "void main() { vec4 p = vec4(position, 1); n = normal; t = uv;\n"
    " gl_Position = vec4(dot(p, m[0]), dot(p, m[1]), dot(p, m[2]) * 2 - dot(p, m[3]), dot(p, "
    "m[3]));\n"
    "#ifdef BY_VERTEX\n"
    " float d = max(dot(normalize(normal), vec3(0.48, 0.6, -0.64)), 0);\n"
    " light = d * vec4(0.8, 0.75, 0.7, 0) + vec4(0.2, 0.2, 0.25, 1);\n"
    "#endif\n}\n";
static const char pixel_text[] =
    "#version 330\n"
    "in vec3 n; in vec2 t; in vec4 light; out vec4 color; uniform sampler2D image;\n"
    "void main() {\n"
    "#ifdef BY_VERTEX\n"
    " color = light;\n"
    "#else\n"
    " float d = max(dot(normalize(n), vec3(0.48, 0.6, -0.64)), 0);\n"
    " color = texture(image, t) * (d * vec4(0.8, 0.75, 0.7, 0) + vec4(0.2, 0.2, 0.25, 1));\n"
    "#endif\n}\n";

static GLuint compile(GLenum kind, const char *text, bool by_vertex)
{
    const char *parts[3] = {"#version 330\n", by_vertex ? "#define BY_VERTEX\n" : "", text + 13};
    GLuint shader = glCreateShader(kind);
    GLint ok = 0;
    glShaderSource(shader, 3, parts, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    return ok ? shader : 0;
}

static bool start(struct gl_renderer *g, struct xg_error *err)
{
    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    setenv("GALLIUM_DRIVER", "llvmpipe", 1);
    static const EGLint config_attributes[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                                               EGL_SURFACE_TYPE, 0, EGL_NONE};
    static const EGLint context_attributes[] = {EGL_CONTEXT_MAJOR_VERSION, 3,
                                                EGL_CONTEXT_MINOR_VERSION, 3, EGL_NONE};
    EGLConfig config;
    EGLint count = 0;
    g->display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
    if (g->display == EGL_NO_DISPLAY || !eglInitialize(g->display, NULL, NULL) ||
        !eglBindAPI(EGL_OPENGL_API) ||
        !eglChooseConfig(g->display, config_attributes, &config, 1, &count))
        return xg_fail(err, XG_E_DEVICE, "no EGL display without a surface");
    g->context = eglCreateContext(g->display, count ? config : (EGLConfig)0, EGL_NO_CONTEXT,
                                  context_attributes);
    if (g->context == EGL_NO_CONTEXT ||
        !eglMakeCurrent(g->display, EGL_NO_SURFACE, EGL_NO_SURFACE, g->context))
        return xg_fail(err, XG_E_DEVICE, "no OpenGL 3.3 context");
    const char *name = (const char *)glGetString(GL_RENDERER);
    return (name && strstr(name, "llvmpipe")) ||
           xg_fail(err, XG_E_DEVICE, "the OpenGL renderer is %s, not llvmpipe", name ? name : "?");
}

static GLuint framebuffer(unsigned samples)
{
    GLuint fbo, buffers[2];
    glGenFramebuffers(1, &fbo);
    glGenRenderbuffers(2, buffers);
    glBindFramebuffer(GL_FRAMEBUFFER, fbo);
    static const GLenum formats[2] = {GL_RGBA8, GL_DEPTH24_STENCIL8};
    static const GLenum points[2] = {GL_COLOR_ATTACHMENT0, GL_DEPTH_STENCIL_ATTACHMENT};
    for (unsigned i = 0; i < 2; i++) {
        glBindRenderbuffer(GL_RENDERBUFFER, buffers[i]);
        if (samples > 1)
            glRenderbufferStorageMultisample(GL_RENDERBUFFER, (GLsizei)samples, formats[i],
                                             BENCH_WIDTH, BENCH_HEIGHT);
        else
            glRenderbufferStorage(GL_RENDERBUFFER, formats[i], BENCH_WIDTH, BENCH_HEIGHT);
        glFramebufferRenderbuffer(GL_FRAMEBUFFER, points[i], GL_RENDERBUFFER, buffers[i]);
    }
    return fbo;
}

static void upload(struct gl_renderer *g, const struct bench_scene *s)
{
    GLuint names[3], texture;
    glGenVertexArrays(1, names);
    glBindVertexArray(names[0]);
    glGenBuffers(2, names + 1);
    glBindBuffer(GL_ARRAY_BUFFER, names[1]);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(s->vertex_count * sizeof *s->vertices), s->vertices,
                 GL_STATIC_DRAW);
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, names[2]);
    glBufferData(GL_ELEMENT_ARRAY_BUFFER, (GLsizeiptr)(s->index_count * sizeof *s->indices),
                 s->indices, GL_STATIC_DRAW);
    for (GLuint i = 0; i < 3; i++) {
        glEnableVertexAttribArray(i);
        glVertexAttribPointer(i, i == 2 ? 2 : 3, GL_FLOAT, GL_FALSE, sizeof *s->vertices,
                              (const void *)(uintptr_t)(12 * i));
    }
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    for (unsigned m = 0; m < BENCH_LEVELS; m++)
        glTexImage2D(GL_TEXTURE_2D, (GLint)m, GL_RGBA8, (GLsizei)(BENCH_TEXTURE >> m),
                     (GLsizei)(BENCH_TEXTURE >> m), 0, GL_RGBA, GL_UNSIGNED_BYTE, s->texels[m]);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glEnable(GL_DEPTH_TEST);
    glDepthFunc(GL_LEQUAL);
    glViewport(0, 0, BENCH_WIDTH, BENCH_HEIGHT);
    glUseProgram(g->program);
    g->matrix = glGetUniformLocation(g->program, "m");
}

static void frame(struct bench_renderer *r, const struct bench_scene *s)
{
    struct gl_renderer *g = (struct gl_renderer *)r;
    glBindFramebuffer(GL_FRAMEBUFFER, g->target);
    glClearColor(0, 0, 0.2f, 1);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    for (uint32_t i = 0; i < s->object_count; i++) {
        const struct bench_object *o = &s->objects[i];
        glUniform4fv(g->matrix, 4, o->matrix[0]);
        glDrawElementsBaseVertex(GL_TRIANGLES, (GLsizei)o->index_count, GL_UNSIGNED_SHORT,
                                 (const void *)(uintptr_t)(2 * o->first_index),
                                 (GLint)o->first_vertex);
    }
    glFinish();
}

static void picture(struct bench_renderer *r, uint32_t *pixels)
{
    struct gl_renderer *g = (struct gl_renderer *)r;
    glBindFramebuffer(GL_READ_FRAMEBUFFER, g->target);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, g->resolved);
    glBlitFramebuffer(0, 0, BENCH_WIDTH, BENCH_HEIGHT, 0, 0, BENCH_WIDTH, BENCH_HEIGHT,
                      GL_COLOR_BUFFER_BIT, GL_NEAREST);
    glBindFramebuffer(GL_FRAMEBUFFER, g->resolved);
    uint32_t *turned = malloc(4 * BENCH_WIDTH * BENCH_HEIGHT);
    glReadPixels(0, 0, BENCH_WIDTH, BENCH_HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, turned);
    for (size_t y = 0; y < BENCH_HEIGHT; y++)
        memcpy(pixels + y * BENCH_WIDTH, turned + (BENCH_HEIGHT - 1 - y) * BENCH_WIDTH,
               4 * BENCH_WIDTH);
    free(turned);
}

static void destroy(struct bench_renderer *r)
{
    struct gl_renderer *g = (struct gl_renderer *)r;
    eglMakeCurrent(g->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext(g->display, g->context);
    eglTerminate(g->display);
    free(g);
}

struct bench_renderer *bench_gl_create(const struct bench_scene *s, struct xg_error *err)
{
    struct gl_renderer *g = calloc(1, sizeof *g);
    g->base = (struct bench_renderer){frame, picture, destroy};
    GLuint parts[2] = {0, 0};
    if (start(g, err)) {
        parts[0] = compile(GL_VERTEX_SHADER, vertex_text, s->lit_by_vertex);
        parts[1] = compile(GL_FRAGMENT_SHADER, pixel_text, s->lit_by_vertex);
        GLint ok = 0;
        g->program = glCreateProgram();
        glAttachShader(g->program, parts[0]);
        glAttachShader(g->program, parts[1]);
        glLinkProgram(g->program);
        glGetProgramiv(g->program, GL_LINK_STATUS, &ok);
        if (ok && parts[0] && parts[1]) {
            g->resolved = framebuffer(1);
            g->target = s->samples > 1 ? framebuffer(s->samples) : g->resolved;
            upload(g, s);
            return &g->base;
        }
        xg_fail(err, XG_E_DEVICE, "OpenGL refuses the shaders");
        destroy(&g->base);
        return NULL;
    }
    free(g);
    return NULL;
}
