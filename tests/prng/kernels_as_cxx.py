"""The kernels' text compiled as C++ with a shim of ours: what a machine without a GPU can run.

The compiler is neither Metal's nor CUDA's. What a test shows with it is that the text is complete,
and that its arithmetic, its indices and its bounds are right.
"""

from __future__ import annotations

import ctypes
import functools
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from mlx_keys.prng.backends import kernel, kernel_source
from mlx_keys.prng.window import Window

#: The value of each byte behind the result, where nothing must be written.
CANARY = 0xA5

_BOTH = """
#include <cmath>
#include <cstddef>
#include <cstdint>
using std::size_t;
"""

_METAL = f"""{_BOTH}
#define __METAL_VERSION__ 1
#define constant
#define device
template <typename To> To as_type(uint32_t bits) {{ return __builtin_bit_cast(To, bits); }}
struct uint3 {{ uint32_t x, y, z; }};
namespace metal {{
using std::floor;
inline uint32_t rotate(uint32_t word, uint32_t by) {{ return word << by | word >> (32 - by); }}
}}
"""

_CUDA = f"""{_BOTH}
#define __CUDACC__
#define __device__
#define __forceinline__ inline
struct uint4 {{ uint32_t x, y, z, w; }} __attribute__((may_alias));
struct uchar4 {{ uint8_t x, y, z, w; }} __attribute__((may_alias));
struct place {{ uint32_t x; }};
static place blockIdx, threadIdx, blockDim;
static inline uint32_t __funnelshift_l(uint32_t low, uint32_t high, uint32_t by) {{
  return high << by | low >> (32 - by);
}}
// These return their argument: a test compares what they are called with.
#define erff(x) (x)
#define erfinvf(x) (x)
#define logf(x) (x)
#define log1pf(x) (x)
static inline float __uint2float_rn(uint32_t word) {{ return float(word); }}
static inline float __uint_as_float(uint32_t bits) {{ return __builtin_bit_cast(float, bits); }}
static inline float __fadd_rn(float a, float b) {{ return a + b; }}
static inline float __fsub_rn(float a, float b) {{ return a - b; }}
static inline float __fmul_rn(float a, float b) {{ return a * b; }}
static inline float __fdiv_rn(float a, float b) {{ return a / b; }}
"""

#: Every thread of the grid in turn, the last one first: the order must not matter.
_RUN = """
extern "C" void run(
    const uint32_t* key,
    const int64_t* numbers_strides,
    void* out,
    uint32_t threads) {{
  for (uint32_t thread = threads; thread-- > 0;) {{
    {call}
  }}
}}
"""

_GENERATE = """
import sys, mlx.core as mx
from mlx_keys.prng.backends import kernel, kernel_source
from mlx_keys.prng.window import Window
window = Window((8,), 8, 0, 8, 1) if sys.argv[2] == "full" else Window((4,), 8, 2, 6, 1)
def draw(key):
    if sys.argv[2] == "block":
        return kernel.block(key, (1, 2), "metal", verbose=True, stream=mx.gpu)
    params = (1,) * len(kernel_source.FINISHES[sys.argv[1]].params)
    return kernel.launch(sys.argv[1], key, window, params, "metal", verbose=True, stream=mx.gpu)
mx.export_function(sys.argv[3], draw, mx.zeros((2,), mx.uint32))
"""


def metal_text(name: str, body: str, folder: Path) -> str:
    """The text that MLX generates for Metal's compiler; exporting a call prints it."""
    arguments = [name, body, str(folder / "draw.mlxfn")]
    done = subprocess.run(
        [sys.executable, "-c", _GENERATE, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.split("```")[1]


def cxx(name: str, body: str, platform: str, folder: Path) -> str:
    """The C++ of a kernel, with a function ``run`` that runs every thread of a launch."""
    kind = kernel_source.FINISHES[name].type
    if platform == "metal":
        text = metal_text(name, body, folder)
        called = re.search(r"\[\[kernel\]\] void (\w+)\(", text)
        assert called is not None, text
        call = f"{called[1]}(key, key, numbers_strides, ({kind}*)out, uint3{{thread, 0, 0}});"
        return _METAL + text + _RUN.format(call=call)
    header, lines = kernel_source.kernel_text(name, body, platform)
    signature = f"const uint32_t* key, const int64_t* numbers_strides, {kind}* out"
    call = (
        f"blockDim.x = {kernel.THREADS}; blockIdx.x = thread / blockDim.x; "
        f"threadIdx.x = thread % blockDim.x; one_thread(key, numbers_strides, ({kind}*)out);"
    )
    function = f"static void one_thread({signature}) {{\n{lines}\n}}\n"
    return _CUDA + header + function + _RUN.format(call=call)


@functools.cache
def compiled(name: str, body: str, platform: str, folder: Path) -> Callable[..., None]:
    """Compile a kernel for this machine's processor, once a folder."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("there is no g++ here to compile the kernels' text with")
    source = folder / f"{name}_{body}_{platform}.cpp"
    source.write_text(cxx(name, body, platform, folder))
    library = source.with_suffix(".so")
    flags = ["-std=c++17", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-w"]
    subprocess.run([compiler, *flags, str(source), "-o", str(library)], check=True)
    function: Callable[..., None] = ctypes.CDLL(str(library)).run
    return function


def launched(
    run: Callable[..., None],
    name: str,
    key: np.ndarray,
    window: Window,
    params: tuple[float, ...],
    *,
    block: int,
) -> np.ndarray:
    """Launch a compiled kernel in blocks of ``block`` threads: the bytes of the result."""
    threads = kernel.thread_count(window)
    written = window.length * kernel_source.FINISHES[name].dtype.size
    out = np.full(written + 32, CANARY, np.uint8)
    strides = np.array(kernel.kernel_arguments(name, window, params), np.int64)
    pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in (key, strides, out)]
    run(*pointers, ctypes.c_uint32(-(-threads // block) * block))
    assert (out[written:] == CANARY).all(), "written behind the result"
    return out[:written]


def cxx_launch(platform: str, folder: Path) -> Callable[..., mx.array]:
    """A function with the arguments of ``kernel.launch`` that runs the kernel's text as C++."""

    def launch(
        name: str, key: mx.array, window: Window, params: tuple[float, ...], _platform: str
    ) -> mx.array:
        run = compiled(name, "full" if window.is_full else "window", platform, folder)
        block = kernel.THREADS if platform == "cuda" else 1  # CUDA launches whole blocks
        drawn = launched(run, name, np.array(key, np.uint32), window, params, block=block)
        dtype = kernel_source.FINISHES[name].dtype
        return mx.array(drawn).view(dtype).reshape(window.shape)

    return launch
