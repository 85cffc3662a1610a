// Runs a fuzzer's entry over its checked-in corpus, so that what once broke a parser is tried with every
// test run and not only when somebody fuzzes: each file whole, then cut off at each of its first bytes.
//
//   replay_flv_fuzz tests/corpus/flv
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kCutsMax = 512;

void replay(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  const auto give = [&bytes](size_t size) {
    // A buffer of just that size: one byte read past it is found.
    const std::vector<uint8_t> exact(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
  };
  give(bytes.size());
  for (size_t size = 0; size < bytes.size() && size < kCutsMax; ++size) give(size);
}

}  // namespace

int main(int count, char** words) {
  int files = 0;
  if (count == 2 && std::filesystem::is_directory(words[1]))
    for (const auto& entry : std::filesystem::directory_iterator(words[1])) {
      replay(entry.path());
      ++files;
    }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;  // a fuzzer has a corpus
}
