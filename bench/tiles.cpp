// Fused steps against what memory gives: luge_bench_tiles [threads [interpreted]].
#include <fmt/format.h>

#include <cstdlib>

#include "backend/tile_speed.h"

int main(int count, char** arguments) {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 1;
  for (const std::int64_t elements : {2048, 32768, 4 << 20}) {
    fmt::print("{} elements, {} thread(s)\n", elements, threads);
    fmt::print("  {:<23} {:>10} {:>9} {:>9} {:>9} {:>7}\n", "step", "us", "ns/elem", "GB/s", "limit",
               "times");
    for (const luge::TileSpeed& row : luge::measure_tiles(elements, threads, count <= 2)) {
      fmt::print("  {:<23} {:>10.2f} {:>9.3f} {:>9.1f} {:>9.1f} {:>7.2f}  {}\n", row.step, row.seconds * 1e6,
                 row.seconds * 1e9 / static_cast<double>(elements), row.bytes / row.seconds * 1e-9,
                 row.bytes / row.limit_seconds * 1e-9, row.seconds / row.limit_seconds, row.note);
    }
  }
}
