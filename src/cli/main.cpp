#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/interrupt.h"

int main(int count, char** words) {
  luge::cli::end_at_signals();
  if (count > 0) luge::cli::set_program(words[0]);
  return luge::cli::run({words + (count > 0), words + count});
}
