#include "agent/data_folders.h"

#include <filesystem>

#include <sys/stat.h>

namespace cutset::agent {

namespace {

std::string folder_of_all(const std::string& state_folder) {
  return state_folder + "/data";
}

Status remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return Error::internal("cannot remove " + path + ": " + error.message());
  return {};
}

}  // namespace

Result<std::string> make_data_folder(const std::string& state_folder,
                                     const std::string& name) {
  const std::string all = folder_of_all(state_folder);
  std::string folder = all + "/" + name;
  if (::mkdir(all.c_str(), 0700) != 0 && errno != EEXIST)
    return Error::system("cannot make the folder " + all);
  CUTSET_TRY(remove_tree(folder));
  if (::mkdir(folder.c_str(), 0700) != 0)
    return Error::system("cannot make the folder " + folder);
  return folder;
}

Status remove_data_folders(const std::string& state_folder) {
  return remove_tree(folder_of_all(state_folder));
}

}  // namespace cutset::agent
