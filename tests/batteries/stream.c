// The words of `mlx-keys stream KIND --seed N`, faster, and with a number of rounds to choose.
//
//     cc -O3 -march=native -o stream tests/batteries/stream.c
//     ./stream KIND [SEED [ROUNDS]] | dieharder -a -g 200
//
// A battery takes hundreds of gigabytes, which the command makes at tens of megabytes a second on a
// CPU. tests/test_stream_command.py holds the two against one another. With fewer rounds than 20 it
// is the broken generator that shows what a battery can see.

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16, LEVELS = 40, EPOCH = 1 << 18 };

typedef struct {
  uint32_t k0, k1;
} pair;

static int rounds = 20;
static const int turns[8] = {13, 15, 26, 6, 17, 29, 16, 24};

// One block each of `n` keys and counters, in place: the counters become the blocks' words.
static void blocks(const uint32_t* k0, const uint32_t* k1, uint32_t* x0, uint32_t* x1, int n) {
  enum { LANES = 256 };
  for (int from = 0; from < n; from += LANES) {
    uint32_t a[LANES], b[LANES], k[3][LANES];
    int lanes = n - from < LANES ? n - from : LANES;
    for (int i = 0; i < lanes; i++) {
      k[0][i] = k0[from + i];
      k[1][i] = k1[from + i];
      k[2][i] = k[0][i] ^ k[1][i] ^ 0x1BD11BDAu;
      a[i] = x0[from + i] + k[0][i];
      b[i] = x1[from + i] + k[1][i];
    }
    for (int done = 1; done <= rounds; done++) {
      int by = turns[(done - 1) % 8];
      for (int i = 0; i < lanes; i++) {
        a[i] += b[i];
        b[i] = (b[i] << by | b[i] >> (32 - by)) ^ a[i];
      }
      if (done % 4 == 0) {
        const uint32_t *first = k[done / 4 % 3], *second = k[(done / 4 + 1) % 3];
        for (int i = 0; i < lanes; i++) {
          a[i] += first[i];
          b[i] += second[i] + (uint32_t)(done / 4);
        }
      }
    }
    memcpy(x0 + from, a, lanes * sizeof *a);
    memcpy(x1 + from, b, lanes * sizeof *b);
  }
}

static unsigned long long written;

// Ends the program, and says how far it came, when nobody reads any more.
static void put(const uint32_t* words, int n) {
  if (fwrite(words, sizeof *words, n, stdout) != (size_t)n) {
    fprintf(stderr, "%llu bytes\n", written);
    _exit(0);
  }
  written += n * sizeof *words;
}

static void put_both(const uint32_t* first, const uint32_t* second, int n) {
  static uint32_t words[2 * PIECE];
  for (int i = 0; i < n; i++) {
    words[2 * i] = first[i];
    words[2 * i + 1] = second[i];
  }
  put(words, 2 * n);
}

static pair key(uint64_t seed) { return (pair){(uint32_t)(seed >> 32), (uint32_t)seed}; }

// The blocks of one key and the counters (from + i, from + i + apart), or (0, from + i).
static void counted(pair of, uint32_t from, int64_t apart, uint32_t* x0, uint32_t* x1, int n) {
  static uint32_t k0[PIECE], k1[PIECE];
  for (int i = 0; i < n; i++) {
    k0[i] = of.k0;
    k1[i] = of.k1;
    x0[i] = apart < 0 ? 0 : from + i;
    x1[i] = from + i + (apart < 0 ? 0 : (uint32_t)apart);
  }
  blocks(k0, k1, x0, x1, n);
}

static uint32_t x0[PIECE], x1[PIECE], k0[PIECE], k1[PIECE];

// Words of a draw of twice `half`: the first words of all its blocks, then the second ones.
static void draw(pair of, uint64_t half) {
  for (int second = 0; second < 2; second++)
    for (uint64_t from = 0; from < half; from += PIECE) {
      counted(of, (uint32_t)from, (int64_t)half, x0, x1, PIECE);
      put(second ? x1 : x0, PIECE);
    }
}

static void split(pair of, pair children[2]) {
  counted(of, 0, 2, x0, x1, 2);
  children[0] = (pair){x0[0], x0[1]};
  children[1] = (pair){x1[0], x1[1]};
}

// The leaves of a tree of splits in two, a whole level at a time where one fits a piece.
static void leaves(pair of, int levels) {
  if (levels > 16) {
    pair children[2];
    split(of, children);
    leaves(children[0], levels - 1);
    leaves(children[1], levels - 1);
    return;
  }
  static uint32_t a[PIECE], b[PIECE];
  k0[0] = of.k0;
  k1[0] = of.k1;
  for (int n = 1; n < 1 << levels; n *= 2) {
    for (int i = 0; i < n; i++) {
      a[i] = 0, b[i] = 2;
      x0[i] = 1, x1[i] = 3;
    }
    blocks(k0, k1, a, b, n);
    blocks(k0, k1, x0, x1, n);
    for (int i = 0; i < n; i++) {
      k0[2 * i] = a[i], k1[2 * i] = x0[i];
      k0[2 * i + 1] = b[i], k1[2 * i + 1] = x1[i];
    }
  }
  put_both(k0, k1, 1 << levels);
}

int main(int count, char** given) {
  signal(SIGPIPE, SIG_IGN);
  const char* kind = count > 1 ? given[1] : "";
  uint64_t seed = count > 2 ? strtoull(given[2], NULL, 0) : 0;
  if (count > 3) rounds = atoi(given[3]);
  if (!strcmp(kind, "draw"))
    for (;; seed++) draw(key(seed), (uint64_t)1 << 31);
  if (!strcmp(kind, "split")) {
    leaves(key(seed), LEVELS);
    return 0;
  }
  if (!strcmp(kind, "fold"))
    for (;; seed++)
      for (uint64_t from = 0; from < (uint64_t)1 << 32; from += PIECE) {
        counted(key(seed), (uint32_t)from, -1, x0, x1, PIECE);
        put_both(x0, x1, PIECE);
      }
  if (!strcmp(kind, "seeds"))
    for (;; seed += PIECE) {
      for (int i = 0; i < PIECE; i++) {
        pair of = key(seed + i);
        k0[i] = of.k0, k1[i] = of.k1;
        x0[i] = 0, x1[i] = 1;
      }
      blocks(k0, k1, x0, x1, PIECE);
      put_both(x0, x1, PIECE);
    }
  if (!strcmp(kind, "epochs"))
    for (pair of = key(seed);;) {
      pair children[2];
      split(of, children);
      of = children[0];
      draw(children[1], EPOCH / 2);
    }
  fprintf(stderr, "usage: stream draw|split|fold|seeds|epochs [SEED [ROUNDS]]\n");
  return 2;
}
