// How one source becomes a kernel for each instruction set.
//
// A source is compiled once for each set, with LECTERN_ISA_AVX2 or LECTERN_ISA_AVX512 defined (neither: the scalar
// reference), attention once more with LECTERN_ISA_AVX512_BF16, and never with -m flags: those would also reach inline
// functions of the standard library, whose AVX-512 copies the linker could pick for everybody. After its #includes it
// says LECTERN_ISA_BEGIN, which turns the instruction set on and opens the set's own namespace, and at its end
// LECTERN_ISA_END. Inside, use no inline function or template of another namespace in a hot loop: it stays baseline
// code, and is not inlined.
#pragma once

#if defined(LECTERN_ISA_AVX512_BF16)  // with LECTERN_ISA_AVX512, of which it is an extension

#define LECTERN_ISA_BEGIN                                                                               \
  _Pragma("GCC push_options")                                                                           \
      _Pragma("GCC target(\"avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16\")") \
          _Pragma("GCC target(\"prefer-vector-width=512\")") namespace lectern::kernels::avx512_bf16 {
#define LECTERN_ISA_END \
  }                     \
  _Pragma("GCC pop_options")

#elif defined(LECTERN_ISA_AVX512)

#define LECTERN_ISA_BEGIN                                                                                            \
  _Pragma("GCC push_options") _Pragma("GCC target(\"avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni\")") \
      _Pragma("GCC target(\"prefer-vector-width=512\")") namespace lectern::kernels::avx512 {
#define LECTERN_ISA_END \
  }                     \
  _Pragma("GCC pop_options")

#elif defined(LECTERN_ISA_AVX2)

#define LECTERN_ISA_BEGIN \
  _Pragma("GCC push_options") _Pragma("GCC target(\"avx2,fma,f16c\")") namespace lectern::kernels::avx2 {
#define LECTERN_ISA_END \
  }                     \
  _Pragma("GCC pop_options")

#else

#define LECTERN_ISA_BEGIN namespace lectern::kernels::scalar {
#define LECTERN_ISA_END }

#endif
