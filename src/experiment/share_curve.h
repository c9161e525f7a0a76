// What came of a learning curve: means and deviations by the number of samples, as a table and a picture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "luge/draw/figure.h"
#include "luge/experiment/trainings.h"

namespace luge::experiment {

/// The trainings with one share.
struct CurvePoint {
  bool scratch = false;  // without the weights of init=
  double share = 1;
  std::int64_t samples = 0;
  std::vector<OneTraining> trainings;
  std::vector<Spread> spreads;
};
/// Those that have been run, by what they begin with and the share.
std::vector<CurvePoint> curve_points(const Config& config, const std::vector<OneTraining>& trainings);

/// The figures that are shown: those of the test part where there are some, else of the validation.
std::vector<std::string> curve_figures(const std::vector<CurvePoint>& points);
void write_curve(const std::filesystem::path& file, const std::vector<CurvePoint>& points);
/// A dot for each training and a line through the means.
draw::Figure curve_figure(const Config& config, const std::vector<CurvePoint>& points);

}  // namespace luge::experiment
