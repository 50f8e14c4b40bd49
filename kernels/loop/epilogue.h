/* The options of an epilogue, act(x*scale + bias) + residual in one pass over a matrix. */
#ifndef VACT_LOOP_EPILOGUE_H
#define VACT_LOOP_EPILOGUE_H

#include "loop/matrix.h"
#include "loop/names.h"

typedef KERNEL_OPTIONS(epilogue) epilogue_options;

#endif
