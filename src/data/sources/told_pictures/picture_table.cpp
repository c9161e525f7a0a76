// picture_table: pictures, and a table of numbers or points for each.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "core/nearest.h"
#include "core/number.h"
#include "data/bad_files.h"
#include "data/pictures/annotated.h"
#include "data/sources/told_pictures/source.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/io/csv.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> kFileColumns = {"file", "filename", "file_name", "image", "picture", "path"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// The one table in the folder. Throws FileError.
fs::path table_in(const fs::path& folder) {
  std::vector<std::string> found;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (lower(entry->path().extension().string()) == ".csv" && entry->is_regular_file(error))
      found.push_back(entry->path().string());
  }
  if (error) throw FileError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
  std::sort(found.begin(), found.end());
  if (found.size() != 1)
    throw FileError(fmt::format(
        "{}: has {}; expected one table (.csv) of its pictures", folder.string(),
        found.empty() ? "no table" : fmt::format("{} tables, {}", found.size(), fmt::join(found, ", "))));
  return found.front();
}

io::CsvReader reader_of(const fs::path& file) {
  io::CsvOptions options;
  options.separator = io::guess_separator(file.string());
  return io::CsvReader(file.string(), options);
}

std::size_t file_column(const std::vector<std::string>& columns) {
  for (const std::string& name : kFileColumns) {
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (lower(columns[k]) == name) return k;
    }
  }
  return 0;
}

// The columns of a point.
struct PointColumns {
  std::string name;
  std::size_t x = 0, y = 0;
  std::optional<std::size_t> visible = {};
};

std::optional<std::string> stem_of(const std::string& column, std::string_view end) {
  if (column.size() <= end.size() || !column.ends_with(end)) return std::nullopt;
  return column.substr(0, column.size() - end.size());
}

// The points that the columns name, in their order; none where the columns are mere numbers.
std::vector<PointColumns> points_of(const io::CsvReader& rows, std::size_t file) {
  const std::vector<std::string>& columns = rows.columns();
  const auto find = [&](const std::string& name) -> std::optional<std::size_t> {
    const auto at = std::find(columns.begin(), columns.end(), name);
    return at == columns.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - columns.begin()));
  };
  std::vector<PointColumns> points;
  std::vector<bool> used(columns.size());
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const auto stem = k == file ? std::nullopt : stem_of(columns[k], "_x");
    const auto y = stem ? find(*stem + "_y") : std::nullopt;
    if (!y) continue;
    const auto visible = find(*stem + "_visible");
    points.push_back({*stem, k, *y, visible});
    used[k] = used[*y] = true;
    if (visible) used[*visible] = true;
  }
  if (points.empty()) return points;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (k == file || used[k]) continue;
    throw FormatError(
        fmt::format("{}: column '{}' belongs to no point; expected NAME_x and NAME_y, and NAME_visible "
                    "where there is one",
                    rows.path(), columns[k]));
  }
  return points;
}

// The path of a picture in the folder. Throws FormatError for a name that leads out of it.
fs::path picture_in(const fs::path& folder, const std::string& name, const std::string& where) {
  const fs::path path(name);
  const bool up = std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
  if (name.empty() || path.is_absolute() || up || name.find('\0') != std::string::npos)
    throw FormatError(
        fmt::format("{}: the file name '{}' leads out of the folder", where, name.substr(0, 80)));
  std::error_code error;
  for (const fs::path& each : {folder / path, folder / "images" / path}) {
    if (fs::is_regular_file(each, error)) return each;
  }
  throw FileError(fmt::format("{}: there is no picture '{}' in {} and its folder images", where,
                              name.substr(0, 80), folder.string()));
}

bool is_blank(std::string_view cell) { return stripped(cell).empty(); }

class Table {
 public:
  Table(const fs::path& folder, const ToldPicturesOptions& options)
      : folder_(folder),
        options_(options),
        rows_(reader_of(table_in(folder))),
        file_(file_column(rows_.columns())),
        points_(points_of(rows_, file_)) {
    if (rows_.columns().size() < 2)
      throw FormatError(
          fmt::format("{}: has one column; expected one with files and others with numbers", rows_.path()));
  }

  ToldSet read() {
    const auto numbers = static_cast<std::int64_t>(rows_.columns().size()) - 1;
    ToldSet set{.name = options_.name.empty() ? folder_name(folder_) : options_.name,
                .field = std::string(points_.empty() ? kTarget : kPoints),
                .of = {f32, points_.empty() ? Shape{numbers} : Shape{std::ssize(points_), 3}}};
    for (const PointColumns& each : points_) set.classes.push_back(each.name);
    while (rows_.next()) {
      const std::string where = fmt::format("{}:{}", rows_.path(), rows_.line());
      ToldPicture picture;
      const bool right = worked(options_.bad, where, [&] { picture = row(where, set.of); });
      if (right) set.pictures.push_back(std::move(picture));
    }
    tell_others();
    return set;
  }

 private:
  ToldPicture row(const std::string& where, const Field& of) {
    ToldPicture picture{.path = {}, .where = where, .value = HostArray(of)};
    const fs::path path = picture_in(folder_, std::string(stripped(rows_.field(file_))), where);
    picture.path = path.string();
    if (!lines_.emplace(path.lexically_normal().string(), rows_.line()).second)
      throw FormatError(fmt::format("{}: the picture '{}' is in line {}, too", where,
                                    path.filename().string(), lines_.at(path.lexically_normal().string())));
    look_at(picture, {});
    if (options_.bad) io::read_image(picture.path);
    points_.empty() ? numbers(picture.value.as<float>()) : points(picture);
    return picture;
  }
  void numbers(std::span<float> to) const {
    std::size_t next = 0;
    for (std::size_t k = 0; k < rows_.columns().size(); ++k) {
      if (k != file_) to[next++] = static_cast<float>(rows_.number(k));
    }
  }
  void points(ToldPicture& picture) const {
    const std::span<float> to = picture.value.as<float>();
    for (std::size_t k = 0; k < points_.size(); ++k) {
      const PointColumns& point = points_[k];
      const bool no_x = is_blank(rows_.field(point.x)), no_y = is_blank(rows_.field(point.y));
      if (no_x != no_y)
        throw FormatError(fmt::format("{}: the point '{}' has {} without {}; expected both, or empty cells",
                                      picture.where, point.name, no_x ? "y" : "x", no_x ? "x" : "y"));
      if (no_x || (point.visible && rows_.number(*point.visible) == 0)) continue;
      const double x = rows_.number(point.x), y = rows_.number(point.y);
      if (x < 0 || y < 0 || x > static_cast<double>(picture.width) || y > static_cast<double>(picture.height))
        throw FormatError(fmt::format("{}: the point '{}' ({}, {}) is outside of the picture, which is {}x{}",
                                      picture.where, point.name, x, y, picture.width, picture.height));
      to[3 * k] = static_cast<float>(x), to[3 * k + 1] = static_cast<float>(y), to[3 * k + 2] = 1;
    }
  }
  // Pictures that the table does not name.
  void tell_others() const {
    if (!options_.tell) return;
    std::vector<std::string> others;
    std::error_code error;
    for (const fs::path& folder : {folder_, folder_ / "images"}) {
      fs::directory_iterator entry(folder, error);
      for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const fs::path path = entry->path().lexically_normal();
        if (is_picture_name(path) && !lines_.contains(path.string()))
          others.push_back(path.filename().string());
      }
    }
    if (others.empty()) return;
    std::sort(others.begin(), others.end());
    options_.tell(fmt::format("left out pictures without a row in the table ({}): {}{}", others.size(),
                              others.front(), others.size() > 1 ? ", …" : ""));
  }

  fs::path folder_;
  const ToldPicturesOptions& options_;
  io::CsvReader rows_;
  std::size_t file_;
  std::vector<PointColumns> points_;
  std::map<std::string, std::int64_t> lines_;  // of the pictures so far
};

}  // namespace

ToldPictures picture_table(const fs::path& folder, const ToldPicturesOptions& options) {
  return told_pictures(Table(folder, options).read(), options);
}

std::string why_no_picture_table(const fs::path& folder) {
  try {
    io::CsvReader rows = reader_of(table_in(folder));
    const std::size_t file = file_column(rows.columns());
    if (!rows.next()) return "its table has no rows";
    if (!is_picture_name(std::string(stripped(rows.field(file)))))
      return fmt::format("column '{}' of its table does not name pictures", rows.columns()[file]);
    return "";
  } catch (const Error&) {
    return "has no table (.csv) of its pictures";
  }
}

}  // namespace luge::data
