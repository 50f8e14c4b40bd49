/*
 * The .npy format: 6 bytes of magic, 2 of version, the length of the header in 2 (version 1) or 4 bytes (versions 2 and
 * 3), little-endian, the header, the elements. The header is a Python dictionary with exactly the keys descr,
 * fortran_order and shape, in any order, and ends with a newline. Only the forms that NumPy writes are read.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
#include "npy.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char vact_npy_needs_c[] = "its elements are in Fortran order; write them in C order in Python: "
                                "numpy.save(FILE, numpy.ascontiguousarray(numpy.load(FILE)))";

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

static const struct {
    const char *name, *code; /* a NumPy type code */
    size_t size;
} elements[VACT_ELEMENTS] = {{"float32", "f4", 4}, {"bfloat16", "V2", 2}, {"float16", "f2", 2}, {"int16", "i2", 2},
                             {"uint16", "u2", 2},  {"int8", "i1", 1},     {"uint8", "u1", 1}};

static const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

static const char convert[] = "convert them in Python: numpy.save(FILE, numpy.load(FILE).astype('float32'))";
static const char convert_bf16[] = "convert them: vact apply --op identity --output-type f32 IN.npy OUT.npy";

const char *vact_npy_element_name(vact_element element) { return elements[element].name; }

size_t vact_npy_element_size(vact_element element) { return elements[element].size; }

static const char *order_of(vact_element element) { return elements[element].size == 1 ? "|" : little ? "<" : ">"; }

bool vact_npy_is_f32(const vact_shape *shape, vact_reason *reason)
{
    return shape->element == VACT_ELEMENT_F32 ||
           vact_because(reason, "its elements are %s ('%s%s'), not float32; %s", elements[shape->element].name,
                        order_of(shape->element), elements[shape->element].code,
                        shape->element == VACT_ELEMENT_BF16 ? convert_bf16 : convert);
}

/* What is left of the header. */
typedef struct cursor {
    const unsigned char *at;
    const unsigned char *end;
} cursor;

typedef struct text {
    const unsigned char *start;
    size_t length;
} text;

bool vact_because(vact_reason *reason, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason->text, sizeof reason->text, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_text(text t, const char *word)
{
    return t.length == strlen(word) && memcmp(t.start, word, t.length) == 0;
}

static void skip_space(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

/* Takes one character if it comes next. */
static bool take(cursor *c, char wanted)
{
    skip_space(c);
    if (c->at == c->end || *c->at != (unsigned char)wanted)
        return false;
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word)
{
    size_t length = strlen(word);
    skip_space(c);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0)
        return false;
    c->at += length;
    return true;
}

/* A string of printable ASCII without escapes. */
static bool take_string(cursor *c, text *string)
{
    skip_space(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    unsigned char quote = *c->at++;
    string->start = c->at;
    while (c->at < c->end && *c->at != quote) {
        if (*c->at < ' ' || *c->at > '~' || *c->at == '\\')
            return false;
        c->at++;
    }
    if (c->at == c->end)
        return false;
    string->length = (size_t)(c->at++ - string->start);
    return true;
}

/* A decimal number as Python 3 writes it. */
static bool take_size(cursor *c, size_t *value, vact_reason *reason)
{
    skip_space(c);
    if (c->at < c->end && *c->at == '-')
        return vact_because(reason, "the header's shape has a negative size");
    const unsigned char *start = c->at;
    *value = 0;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9') {
        if (__builtin_mul_overflow(*value, (size_t)10, value) ||
            __builtin_add_overflow(*value, (size_t)(*c->at - '0'), value))
            return vact_because(reason, "the header's shape has a size that overflows");
        c->at++;
    }
    if (c->at == start || (*start == '0' && c->at - start > 1))
        return vact_because(reason, "the header's shape is malformed");
    return true;
}

static bool take_shape(cursor *c, vact_shape *shape, vact_reason *reason)
{
    shape->dimensions = 0;
    if (!take(c, '('))
        return vact_because(reason, "the header's shape is not a tuple");
    if (take(c, ')'))
        return true;
    for (;;) {
        if (shape->dimensions == VACT_NPY_MAX_DIMENSIONS)
            return vact_because(reason, "the header's shape has more than %d dimensions", VACT_NPY_MAX_DIMENSIONS);
        if (!take_size(c, &shape->sizes[shape->dimensions], reason))
            return false;
        shape->dimensions++;
        bool comma = take(c, ',');
        if (take(c, ')')) {
            /* (3) is a number, not a tuple */
            return (comma || shape->dimensions > 1) || vact_because(reason, "the header's shape is not a tuple");
        }
        if (!comma)
            return vact_because(reason, "the header's shape is malformed");
    }
}

/* VACT_ELEMENTS where it is not read. */
static vact_element find_element(text code)
{
    vact_element element = 0;
    while (element < VACT_ELEMENTS && !is_text(code, elements[element].code))
        element++;
    /* what NumPy calls the type where ml_dtypes is imported */
    return is_text(code, "bfloat16") ? VACT_ELEMENT_BF16 : element;
}

/* The type of a descr, a NumPy type code of kind and bytes. Names another as NumPy does. */
static bool find_type(vact_element *element, text descr, vact_reason *reason)
{
    static const char *const names[][2] = {{"f8", "float64"}, {"f16", "long double"}, {"i4", "int32"},
                                           {"i8", "int64"},   {"u4", "uint32"},       {"u8", "uint64"},
                                           {"b1", "bool"},    {"c8", "complex64"},    {"c16", "complex128"}};
    const bool ordered = descr.length > 1 && strchr("<>=|", descr.start[0]) != NULL;
    const char order = ordered ? (char)descr.start[0] : '|';
    const text code = {descr.start + ordered, descr.length - ordered};
    *element = find_element(code);
    if (*element != VACT_ELEMENTS && elements[*element].size > 1 && order == (little ? '>' : '<'))
        return vact_because(reason, "its %s elements are %s-endian, this machine is not; %s", elements[*element].name,
                            little ? "big" : "little", convert);
    /* numbers of several bytes need an order */
    if (*element != VACT_ELEMENTS && (elements[*element].size == 1 || *element == VACT_ELEMENT_BF16 || order != '|'))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_text(code, names[i][0]))
            return vact_because(reason, "its elements are %s ('%.*s'), not float32%s%s", names[i][1], (int)descr.length,
                                (const char *)descr.start, code.start[0] == 'c' ? "" : "; ",
                                code.start[0] == 'c' ? "" : convert);
    int shown = descr.length < 32 ? (int)descr.length : 32;
    return vact_because(reason, "its element type '%.*s' is not float32", shown, (const char *)descr.start);
}

static bool take_type(cursor *c, vact_element *element, vact_reason *reason)
{
    text descr;
    skip_space(c);
    if (c->at < c->end && *c->at == '[')
        return vact_because(reason, "its elements are structures, not float32");
    if (!take_string(c, &descr))
        return vact_because(reason, "the header's descr is malformed");
    return find_type(element, descr, reason);
}

static bool take_order(cursor *c, bool *fortran, vact_reason *reason)
{
    *fortran = take_word(c, "True");
    return *fortran || take_word(c, "False") ||
           vact_because(reason, "the header's fortran_order is neither True nor False");
}

/* The elements must fit PTRDIFF_MAX bytes. The product of the other sizes must not overflow even where one size is 0.
 */
static bool count_elements(vact_shape *shape, vact_reason *reason)
{
    size_t product = elements[shape->element].size;
    bool empty = false;
    for (int i = 0; i < shape->dimensions; i++) {
        if (shape->sizes[i] == 0)
            empty = true;
        else if (__builtin_mul_overflow(product, shape->sizes[i], &product) || product > PTRDIFF_MAX)
            return vact_because(reason, "the header's shape has more elements than this machine can address");
    }
    shape->count = empty ? 0 : product / elements[shape->element].size;
    return true;
}

static bool take_dictionary(cursor *c, vact_shape *shape, vact_reason *reason)
{
    enum { TYPE = 1, ORDER = 2, SHAPE = 4 };
    int seen = 0;
    bool fortran = false;
    if (!take(c, '{'))
        return vact_because(reason, "the header is not a dictionary");
    while (!take(c, '}')) {
        text key;
        if (!take_string(c, &key) || !take(c, ':'))
            return vact_because(reason, "the header is malformed");
        int this = is_text(key, "descr")           ? TYPE
                   : is_text(key, "fortran_order") ? ORDER
                   : is_text(key, "shape")         ? SHAPE
                                                   : 0;
        if (this == 0)
            return vact_because(reason, "the header has an unknown key");
        if ((seen & this) != 0)
            return vact_because(reason, "the header has the key %.*s twice", (int)key.length, (const char *)key.start);
        seen |= this;
        bool taken = this == TYPE    ? take_type(c, &shape->element, reason)
                     : this == ORDER ? take_order(c, &fortran, reason)
                                     : take_shape(c, shape, reason);
        if (!taken)
            return false;
        if (take(c, ','))
            continue;
        if (!take(c, '}'))
            return vact_because(reason, "the header is malformed");
        break;
    }
    skip_space(c);
    if (c->at != c->end)
        return vact_because(reason, "the header is malformed after its dictionary");
    if (seen != (TYPE | ORDER | SHAPE))
        return vact_because(reason, "the header lacks the key %s",
                            (seen & TYPE) == 0    ? "descr"
                            : (seen & ORDER) == 0 ? "fortran_order"
                                                  : "shape");
    if (!count_elements(shape, reason))
        return false;
    int long_axes = 0;
    for (int i = 0; i < shape->dimensions; i++)
        long_axes += shape->sizes[i] > 1;
    shape->fortran = fortran && long_axes > 1 && shape->count > 0;
    return true;
}

bool vact_npy_find_header(size_t *end, const unsigned char *file, size_t size, vact_reason *reason)
{
    size_t common = size < sizeof magic ? size : sizeof magic;
    if (size == 0)
        return vact_because(reason, "the file is empty");
    if (memcmp(file, magic, common) != 0)
        return vact_because(reason, "not a .npy file");
    if (size < 10)
        return vact_because(reason, "truncated: the file ends within its header");
    unsigned major = file[6];
    unsigned minor = file[7];
    if (major < 1 || major > 3 || minor != 0)
        return vact_because(reason, "version %u.%u of the .npy format is unknown", major, minor);
    size_t prefix = major == 1 ? 10 : 12;
    if (size < prefix)
        return vact_because(reason, "truncated: the file ends within its header");
    size_t length = (size_t)file[8] | (size_t)file[9] << 8;
    if (major > 1)
        length |= (size_t)file[10] << 16 | (size_t)file[11] << 24;
    *end = prefix + length;
    return true;
}

bool vact_npy_parse_header(vact_shape *shape, const unsigned char *file, size_t end, size_t size, vact_reason *reason)
{
    size_t prefix = file[6] == 1 ? 10 : 12;
    if (end > size)
        return vact_because(reason, "truncated: the file ends within its header of %zu bytes", end - prefix);
    if (end == prefix || file[end - 1] != '\n')
        return vact_because(reason, "the header does not end with a newline");
    cursor c = {file + prefix, file + end};
    return take_dictionary(&c, shape, reason);
}

bool vact_npy_parse(vact_shape *shape, size_t *offset, const unsigned char *file, size_t size, vact_reason *reason)
{
    if (!vact_npy_find_header(offset, file, size, reason) || !vact_npy_parse_header(shape, file, *offset, size, reason))
        return false;
    size_t wanted = shape->count * elements[shape->element].size;
    size_t found = size - *offset;
    if (found < wanted)
        return vact_because(reason, "truncated: its shape asks for %zu bytes of elements, the file has %zu", wanted,
                            found);
    if (found > wanted)
        return vact_because(reason, "%zu bytes follow after the last element", found - wanted);
    return true;
}

void vact_npy_shape_text(char *words, size_t size, const vact_shape *shape)
{
    size_t used = (size_t)snprintf(words, size, "(");
    for (int i = 0; i < shape->dimensions && used < size; i++)
        used += (size_t)snprintf(words + used, size - used, "%s%zu", i == 0 ? "" : ", ", shape->sizes[i]);
    if (used < size)
        snprintf(words + used, size - used, "%s)", shape->dimensions == 1 ? "," : "");
}

size_t vact_npy_header(char header[VACT_NPY_MAX_HEADER], const vact_shape *shape)
{
    char sizes[VACT_NPY_MAX_HEADER - 128];
    vact_npy_shape_text(sizes, sizeof sizes, shape);
    int written =
        snprintf(header + 10, VACT_NPY_MAX_HEADER - 10, "{'descr': '%s%s', 'fortran_order': %s, 'shape': %s, }",
                 order_of(shape->element), elements[shape->element].code, shape->fortran ? "True" : "False", sizes);
    size_t total = (10 + (size_t)written + 1 + 63) / 64 * 64;
    memset(header + 10 + written, ' ', total - 10 - (size_t)written);
    header[total - 1] = '\n';
    memcpy(header, magic, sizeof magic);
    header[6] = 1;
    header[7] = 0;
    header[8] = (char)((total - 10) & 0xff);
    header[9] = (char)((total - 10) >> 8);
    return total;
}
