// Threefry-2x32, 20 rounds, and the layout of a draw: one text for Metal and CUDA.
//
// It is threefry2x32.py line for line. kernel.py puts it before each kernel's own lines; nothing is
// included, as both compilers bring the integers of fixed width along.
//
// The float operations round after every step, as MLX's own, separate kernels do: a product and a
// sum fused into one would move the tails of normal by up to 0.1.
//
// An NVIDIA GPU adds, rotates and xors in one kind of unit, and multiplies in another. There the
// sums of the rounds are made by the latter, as x0 * 1 + x1 with a 1 that the compiler can't see.

#if defined(__METAL_VERSION__)
#pragma METAL fp contract(off)
#define MK_FN inline
#define MK_DEVICE device
#define MK_ROTATE(word, by) metal::rotate((word), uint32_t(by))
#define MK_SUM(a, b) ((a) + (b))
#define MK_FLOAT(word) float(word)
#define MK_BITS(word) as_type<float>(word)
#define MK_ADD(a, b) ((a) + (b))
#define MK_SUB(a, b) ((a) - (b))
#define MK_MUL(a, b) ((a) * (b))
#define MK_MIN(a, b) ((a) < (b) ? (a) : (b))
#define MK_FLOOR(x) metal::floor(x)
#else
#define MK_FN __device__ __forceinline__
#define MK_DEVICE
#define MK_ROTATE(word, by) __funnelshift_l((word), (word), (by))
#define MK_SUM(a, b) ((a) * key.one + (b))
#define MK_FLOAT(word) __uint2float_rn(word)
#define MK_BITS(word) __uint_as_float(word)
#define MK_ADD(a, b) __fadd_rn((a), (b))
#define MK_SUB(a, b) __fsub_rn((a), (b))
#define MK_MUL(a, b) __fmul_rn((a), (b))
#define MK_DIV(a, b) __fdiv_rn((a), (b))
#define MK_MIN(a, b) fminf((a), (b))
#define MK_FLOOR(x) floorf(x)
#endif

// The words of a key, and 1.
struct mk_key {
  uint32_t k0;
  uint32_t k1;
  uint32_t one;
};

struct mk_block {
  uint32_t x0;
  uint32_t x1;
};

// The rotations of Random123's R_32x2_0 to R_32x2_7; the parity is its SKEIN_KS_PARITY32.
#define MK_ROUND(by)    \
  x0 = MK_SUM(x0, x1);  \
  x1 = MK_ROTATE(x1, by) ^ x0;
#define MK_EVEN_ROUNDS MK_ROUND(13) MK_ROUND(15) MK_ROUND(26) MK_ROUND(6)
#define MK_ODD_ROUNDS MK_ROUND(17) MK_ROUND(29) MK_ROUND(16) MK_ROUND(24)
#define MK_INJECT(a, b, number) \
  x0 += (a);                    \
  x1 += (b) + (number);

MK_FN mk_block mk_threefry2x32(mk_key key, uint32_t x0, uint32_t x1) {
  const uint32_t k0 = key.k0, k1 = key.k1, k2 = k0 ^ k1 ^ 0x1BD11BDAu;
  MK_INJECT(k0, k1, 0u)
  MK_EVEN_ROUNDS MK_INJECT(k1, k2, 1u)
  MK_ODD_ROUNDS MK_INJECT(k2, k0, 2u)
  MK_EVEN_ROUNDS MK_INJECT(k0, k1, 3u)
  MK_ODD_ROUNDS MK_INJECT(k1, k2, 4u)
  MK_EVEN_ROUNDS MK_INJECT(k2, k0, 5u)
  return {x0, x1};
}

// The block of a counter in a draw that needs `counters` of them, of which the first `whole` give
// both their words: the last one of an odd draw, (counters - 1, 0), gives only its first. The words
// of a counter are taken modulo 2**32.
MK_FN mk_block mk_counter(mk_key key, uint64_t number, uint64_t counters, uint64_t whole) {
  const uint32_t partner = number < whole ? uint32_t(number + counters) : 0u;
  return mk_threefry2x32(key, uint32_t(number), partner);
}

// One word of a draw: the first words of all blocks come before all second ones.
MK_FN uint32_t mk_word(mk_key key, uint64_t place, uint64_t counters, uint64_t whole) {
  const bool is_first = place < counters;
  const uint64_t number = is_first ? place : place - counters;
  const mk_block block = mk_counter(key, number, counters, whole);
  return is_first ? block.x0 : block.x1;
}

// The float32 of these bits.
MK_FN float mk_float(uint32_t bits) { return MK_BITS(bits); }

// A word over 2**32, held at `largest`, which is below 1.
MK_FN float mk_unit(uint32_t word, float largest) {
  return MK_MIN(MK_MUL(MK_FLOAT(word), 2.3283064365386963e-10f), largest);
}

// A real number between `low` and `high`, rounded down to an integer below `high`.
MK_FN int32_t mk_integer(uint32_t word, int32_t low, int32_t high) {
  const float bottom = float(low);
  const float width = MK_SUB(float(high), bottom);
  const float drawn = MK_ADD(MK_MUL(width, mk_unit(word, 0.99999994f)), bottom);
  const int32_t below = int32_t(MK_FLOOR(drawn));
  const int32_t last = below < high - 1 ? below : high - 1;
  return last > low ? last : low;
}

#if !defined(__METAL_VERSION__)
// Where Metal's library has no function of the name.

MK_FN float mk_laplace(float s) {
  const float sign = float((s > 0.0f) - (s < 0.0f));
  return MK_MUL(sign, log1pf(-fabsf(s)));
}

// `unit` between the error functions of the bounds, back through the inverse, within the bounds.
MK_FN float mk_truncated(float unit, float lower, float upper, float root) {
  const float low = erff(MK_DIV(lower, root));
  const float width = MK_SUB(erff(MK_DIV(upper, root)), low);
  const float drawn = MK_MUL(root, erfinvf(MK_ADD(MK_MUL(width, unit), low)));
  const float above = upper < drawn ? upper : drawn;
  return above > lower ? above : lower;
}
#endif
