// Keeps the spinning of OpenMP's idle workers from starving a loader thread on a full machine.
#pragma once

namespace luge::data {

/// libgomp's workers spin for milliseconds after a parallel region, unless it counts more threads than
/// processors; then they sleep almost at once. Parks a small team of its own, once per process, so that it
/// counts so.
void throttle_spinning();

}  // namespace luge::data
