#include <string>
#include <vector>

#include "cli/command.h"

int main(int count, char** words) {
  if (count > 0) luge::cli::set_program(words[0]);
  return luge::cli::run({words + (count > 0), words + count});
}
