// Pictures as files named by their id under DATA/pictures. A file is complete or absent: it is written
// beside, made durable, then renamed.
//
// Owns    the folder, and the small pool of threads that touch it.
// Thread  any core.
// Never   trusts a name: paths are made from ids only.
#pragma once

#include <memory>
#include <string>

#include "base/ids.h"
#include "runtime/blocking_pool.h"

namespace vitrine {

class PictureFiles {
 public:
  explicit PictureFiles(std::string directory);

  // Makes the folder. Errors: `unavailable` "shop.pictures_folder".
  Result<void> open() const;
  // Errors: `unavailable` "shop.picture_io", `exhausted` "shop.pictures_busy".
  Task<Result<void>> write(PictureId picture, std::string bytes);
  // Errors: `not_found` "shop.picture", and as write().
  Task<Result<std::string>> read(PictureId picture);

 private:
  std::string path_of(PictureId picture) const { return directory_ + "/" + picture.str(); }

  std::string directory_;
  std::unique_ptr<BlockingPool> threads_;
};

}  // namespace vitrine
