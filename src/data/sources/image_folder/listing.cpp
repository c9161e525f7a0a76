#include "data/sources/image_folder/listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "data/sources/image_folder/picture.h"
#include "luge/error.h"
#include "luge/io/image_facts.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

// What the folders of the parts are called. The first one is what people call the part.
const std::vector<std::vector<std::string>> kParts = {
    {"train", "training"}, {"validation", "val", "valid"}, {"test", "testing"}};
constexpr std::size_t kShown = 3;  // names in a note

std::size_t part_of(const std::string& name) {
  for (std::size_t k = 0; k < kParts.size(); ++k) {
    if (std::find(kParts[k].begin(), kParts[k].end(), name) != kParts[k].end()) return k;
  }
  return kParts.size();
}

// Notes of one kind: how many entries, and the first few.
struct Left {
  std::map<std::string, std::vector<std::string>> by_reason;
  void add(const std::string& reason, const std::string& name) {
    std::vector<std::string>& names = by_reason[reason];
    if (names.empty() || names.back() != name) names.push_back(name);  // a folder may be listed twice
  }
  std::vector<std::string> notes() const {
    std::vector<std::string> all;
    for (const auto& [reason, names] : by_reason) {
      const std::vector<std::string> shown(
          names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
      all.push_back(fmt::format("skipped {} ({}): {}{}", reason, names.size(), fmt::join(shown, ", "),
                                names.size() > kShown ? ", …" : ""));
    }
    return all;
  }
};

class Lister {
 public:
  Lister(const fs::path& root, const ImageFolderOptions& options) : root_(root), options_(options) {}

  PictureListing list() {
    PictureListing listing;
    listing.classes = options_.classes;
    for (const auto& [part, folder] : part_folders()) {
      std::vector<std::string> classes = class_folders(folder);
      if (listing.classes.empty()) listing.classes = classes;
      listing.parts.push_back({part, files_of(folder, classes, listing.classes)});
    }
    listing.notes = left_.notes();
    return listing;
  }

 private:
  // Names in the order of their bytes, without those that begin with a dot.
  std::vector<std::string> names_in(const fs::path& folder) {
    std::error_code error;
    std::vector<std::string> names;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
      names.push_back(entry->path().filename().string());
    if (error) throw FileError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
    std::sort(names.begin(), names.end());
    std::erase_if(names, [&](const std::string& name) {
      if (name.front() != '.') return false;
      left_.add("entries whose names begin with a dot", shown(folder / name));
      return true;
    });
    return names;
  }
  std::string shown(const fs::path& path) const { return path.lexically_relative(root_).generic_string(); }
  static bool is_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
  }

  std::vector<std::pair<std::string, fs::path>> part_folders() {
    std::vector<std::pair<std::string, fs::path>> parts(kParts.size());
    std::vector<std::string> others;
    for (const std::string& name : names_in(root_)) {
      const std::size_t part = is_folder(root_ / name) ? part_of(name) : kParts.size();
      if (part == kParts.size()) {
        others.push_back(name);
      } else if (!parts[part].first.empty()) {
        throw FormatError(
            fmt::format("{}: has the folders {} and {}, which are one part; expected one of them",
                        root_.string(), parts[part].second.filename().string(), name));
      } else {
        parts[part] = {kParts[part].front(), root_ / name};
      }
    }
    if (parts.front().first.empty()) return {{"", root_}};  // no parts: other names are classes as all are
    for (const std::string& name : others) left_.add("entries next to the parts", name);
    std::erase_if(parts, [](const auto& part) { return part.first.empty(); });
    return parts;
  }

  std::vector<std::string> class_folders(const fs::path& folder) {
    std::vector<std::string> classes;
    for (const std::string& name : names_in(folder)) {
      if (is_folder(folder / name)) {
        classes.push_back(name);
      } else {
        left_.add("files that lie in no folder of a class", shown(folder / name));
      }
    }
    if (classes.empty())
      throw FormatError(
          fmt::format("{}: has no folders; expected one for each class, with its pictures", folder.string()));
    return classes;
  }

  std::vector<PictureFile> files_of(const fs::path& folder, const std::vector<std::string>& folders,
                                    const std::vector<std::string>& classes) {
    std::vector<PictureFile> files;
    for (const std::string& name : folders) {
      const auto found = std::find(classes.begin(), classes.end(), name);
      if (found == classes.end()) {
        // Without a folder `train` the others are no parts.
        const std::string path = (folder / name).string();
        throw FormatError(
            fmt::format("{}: is not one of the classes {}{}", path, fmt::join(classes, ", "),
                        part_of(name) < kParts.size() ? "; data=" + path + " reads it alone" : ""));
      }
      const std::size_t before = files.size();
      collect(folder / name, found - classes.begin(), files);
      if (files.size() == before)
        throw FormatError(
            fmt::format("{}: has no pictures; expected PNG, JPEG or BMP files, or no such folder",
                        (folder / name).string()));
    }
    return files;
  }

  void collect(const fs::path& folder, std::int64_t label, std::vector<PictureFile>& files) {
    std::error_code error;
    const fs::path canonical = fs::canonical(folder, error);
    if (error) throw FileError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
    if (!open_.insert(canonical).second)
      return refuse(folder,
                    fmt::format("{}: is a symbolic link to a folder that it lies in", folder.string()));
    for (const std::string& name : names_in(folder)) {
      const fs::path path = folder / name;
      if (is_folder(path) && !is_named_as_picture(path)) {
        collect(path, label, files);
      } else {
        add(path, label, files);
      }
    }
    open_.erase(canonical);
  }

  void add(const fs::path& path, std::int64_t label, std::vector<PictureFile>& files) {
    try {
      std::error_code error;
      if (fs::is_symlink(path, error) && !fs::exists(path, error))
        throw FileError(fmt::format("{}: is a symbolic link to {}, which does not exist", path.string(),
                                    fs::read_symlink(path, error).string()));
      if (!is_picture(path)) return left_.add("files that are not pictures", shown(path));
      const io::ImageFacts facts = io::image_facts(path.string());
      if (options_.on_bad == OnBadFile::skip) io::read_image(path.string());
      files.push_back({shown(path), label, facts.height, facts.width, facts.channels, fs::file_size(path)});
    } catch (const Error& problem) {
      refuse(path, problem.what());
    }
  }

  void refuse(const fs::path& path, std::string reason) {
    if (options_.on_bad == OnBadFile::stop)
      throw FormatError(fmt::format("{}; on_bad=skip leaves out files that cannot be read", reason));
    if (options_.bad) return options_.bad(path.string(), reason);
    if (reason.starts_with(path.string())) reason = shown(path) + reason.substr(path.string().size());
    left_.add("files that cannot be read", reason);
  }

  static bool is_named_as_picture(const fs::path& path) {
    static const std::set<std::string> endings = {".png", ".jpg", ".jpeg", ".bmp"};
    std::string ending = path.extension().string();
    for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return endings.contains(ending);
  }
  // By its first bytes, or by its name: a text file called x.jpg is a damaged picture, a list of them is not.
  static bool is_picture(const fs::path& path) {
    static const std::set<std::string_view> kinds = {"PNG", "JPEG", "BMP", "GIF", "TIFF", "WebP"};
    return is_named_as_picture(path) || kinds.contains(io::detect_file_kind(path.string()));
  }

  const fs::path root_;
  const ImageFolderOptions& options_;
  Left left_;
  std::set<fs::path> open_;  // folders that the present one lies in
};

}  // namespace

PictureListing list_pictures(const fs::path& folder, const ImageFolderOptions& options) {
  return Lister(folder, options).list();
}

std::string why_no_image_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return "is not a folder";
  const auto holds_folders = [&](const fs::path& path) {
    bool found = false;
    for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
      found = found || (entry->is_directory(error) && !entry->path().filename().string().starts_with('.'));
    return found;
  };
  fs::path within = folder;
  for (const std::string& name : kParts.front()) {
    if (fs::is_directory(folder / name, error)) within = folder / name;
  }
  if (!holds_folders(within))
    return within == folder ? "has no folder for each class"
                            : "its folder for training has none for each class";
  constexpr int kMost = 100;  // entries that are looked at
  int looked = 0;
  for (fs::recursive_directory_iterator entry(within, fs::directory_options::follow_directory_symlink, error);
       !error && entry != fs::recursive_directory_iterator() && looked < kMost;
       entry.increment(error), ++looked) {
    if (!entry->is_regular_file(error) || entry.depth() == 0) continue;
    const std::string_view kind = io::detect_file_kind(entry->path().string());
    if (kind == "PNG" || kind == "JPEG" || kind == "BMP") return "";
  }
  return "its folders have no pictures (PNG, JPEG or BMP)";
}

}  // namespace luge::data
