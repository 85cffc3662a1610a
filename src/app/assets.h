// The built pages, embedded in the program: one row a file.
#pragma once

#include <string_view>
#include <vector>

namespace vitrine {

struct Asset {
  std::string_view path;  // "/assets/viewer/index-8f3a.js"
  std::string_view content_type;
  std::string_view etag;
  std::string_view bytes;  // lives as long as the program
};

// Made by tools/embed_assets.py at build time; empty when the program was built without pages.
const std::vector<Asset>& embedded_assets();

}  // namespace vitrine
