// TestU01's batteries over the raw 32-bit words of standard input: a line a p-value.
//
//     cc -O2 -o testu01 tests/batteries/testu01.c -ltestu01 -lprobdist -lmylib -lm
//     mlx-keys stream split | ./testu01 SmallCrush
//     mlx-keys stream split | ./testu01 Crush 17
//
// In Debian (libtestu01-0-dev, non-free) the last two are -ltestu01probdist and -ltestu01mylib. A
// number picks one test of the battery.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if __has_include(<testu01/bbattery.h>)
#include <testu01/bbattery.h>
#include <testu01/swrite.h>
#include <testu01/unif01.h>
#else
#include <bbattery.h>
#include <swrite.h>
#include <unif01.h>
#endif

static unsigned long words_read;

static unsigned int next_word(void) {
  static uint32_t words[1 << 14];
  static size_t at, have;
  if (at == have) {
    at = 0;
    have = fread(words, sizeof *words, sizeof words / sizeof *words, stdin);
    if (have == 0) {
      fprintf(stderr, "testu01: standard input ended after %lu words\n", words_read);
      exit(1);
    }
    words_read += have;
  }
  return words[at++];
}

int main(int count, char** given) {
  const char* battery = count > 1 ? given[1] : "";
  int one = count > 2 ? atoi(given[2]) : 0;
  int chosen[200] = {0};
  if (one > 0 && one < 200) chosen[one] = 1;
  char name[] = "stdin";
  unif01_Gen* words = unif01_CreateExternGenBits(name, next_word);
  swrite_Basic = FALSE;
  swrite_Host = FALSE;
  FILE* report = fdopen(dup(STDOUT_FILENO), "w");
  if (!freopen("/dev/null", "w", stdout)) return 1;  // what the library prints
  if (!strcmp(battery, "SmallCrush"))
    one ? bbattery_RepeatSmallCrush(words, chosen) : bbattery_SmallCrush(words);
  else if (!strcmp(battery, "Crush"))
    one ? bbattery_RepeatCrush(words, chosen) : bbattery_Crush(words);
  else if (!strcmp(battery, "BigCrush"))
    one ? bbattery_RepeatBigCrush(words, chosen) : bbattery_BigCrush(words);
  else {
    fprintf(stderr, "usage: testu01 SmallCrush|Crush|BigCrush [TEST] < words\n");
    return 2;
  }
  for (int i = 0; i < bbattery_NTests; i++)
    fprintf(report, "%s\t%.17g\n", bbattery_TestNames[i], bbattery_pVal[i]);
  fprintf(report, "words read\t%lu\n", words_read);
  return 0;
}
