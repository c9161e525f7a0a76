#include <string>
#include <vector>

#include "cli/command.h"

int main(int count, char** words) { return luge::cli::run({words + (count > 0), words + count}); }
