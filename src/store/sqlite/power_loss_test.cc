// Power loss in the middle of anything: a file system that remembers every write and sync of a run, so that
// each moment of it can be cut off. What was synced is there; of what was not, nothing, everything, or any
// part.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "base/random.h"
#include "store/database.h"
#include "store/hooks.h"
#include "store/sqlite/connection.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

// One thing that was done to a file.
struct Operation {
  enum class Kind : uint8_t { write, truncate, sync, remove };
  Kind kind = Kind::write;
  std::string file{};  // without its folder
  int64_t offset = 0;  // or the new size
  std::string bytes{};
};

class Recorder {
 public:
  void add(Operation operation) {
    const std::lock_guard lock(mutex_);
    if (recording_) operations_.push_back(std::move(operation));
  }
  // How far the recording is.
  size_t now() {
    const std::lock_guard lock(mutex_);
    return operations_.size();
  }
  void begin() {
    const std::lock_guard lock(mutex_);
    operations_.clear();
    recording_ = true;
  }
  std::vector<Operation> end() {
    const std::lock_guard lock(mutex_);
    recording_ = false;
    return std::exchange(operations_, {});
  }

 private:
  std::mutex mutex_;
  bool recording_ = false;
  std::vector<Operation> operations_;
};

Recorder& recorder() {
  static Recorder one;
  return one;
}

// A file that passes everything on and writes down what changes it. SQLite allocates it with the real file's
// room behind it.
struct RecordedFile {
  sqlite3_file base;
  const char* name;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
RecordedFile* own(sqlite3_file* file) {
  return reinterpret_cast<RecordedFile*>(file);
}
std::string name_of(sqlite3_file* file) {
  const char* name = own(file)->name;
  return name == nullptr ? "" : std::filesystem::path(name).filename().string();
}

int on_close(sqlite3_file* file) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods == nullptr ? SQLITE_OK : real->pMethods->xClose(real);
}
int on_read(sqlite3_file* file, void* to, int count, sqlite3_int64 at) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xRead(real, to, count, at);
}
int on_write(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
  recorder().add({Operation::Kind::write, name_of(file), at,
                  std::string(static_cast<const char*>(from), static_cast<size_t>(count))});
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xWrite(real, from, count, at);
}
int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
  recorder().add({Operation::Kind::truncate, name_of(file), size, {}});
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xTruncate(real, size);
}
int on_sync(sqlite3_file* file, int flags) {
  recorder().add({Operation::Kind::sync, name_of(file), 0, {}});
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xSync(real, flags);
}
int on_file_size(sqlite3_file* file, sqlite3_int64* size) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xFileSize(real, size);
}
int on_lock(sqlite3_file* file, int level) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xLock(real, level);
}
int on_unlock(sqlite3_file* file, int level) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xUnlock(real, level);
}
int on_check_lock(sqlite3_file* file, int* out) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xCheckReservedLock(real, out);
}
int on_control(sqlite3_file* file, int operation, void* argument) {
  // A size hint would let the real file grow behind the recording.
  if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xFileControl(real, operation, argument);
}
int on_sector_size(sqlite3_file*) {
  return 4'096;
}
int on_characteristics(sqlite3_file*) {
  return 0;  // promises nothing
}
int on_shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xShmMap(real, region, size, extend, out);
}
int on_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xShmLock(real, offset, count, flags);
}
void on_shm_barrier(sqlite3_file* file) {
  sqlite3_file* real = own(file)->real();
  real->pMethods->xShmBarrier(real);
}
int on_shm_unmap(sqlite3_file* file, int remove) {
  sqlite3_file* real = own(file)->real();
  return real->pMethods->xShmUnmap(real, remove);
}

constexpr sqlite3_io_methods kMethods{2,
                                      on_close,
                                      on_read,
                                      on_write,
                                      on_truncate,
                                      on_sync,
                                      on_file_size,
                                      on_lock,
                                      on_unlock,
                                      on_check_lock,
                                      on_control,
                                      on_sector_size,
                                      on_characteristics,
                                      on_shm_map,
                                      on_shm_lock,
                                      on_shm_barrier,
                                      on_shm_unmap,
                                      nullptr,
                                      nullptr};

// The recording file system, in front of the real one while it lives.
class RecordingFileSystem {
 public:
  RecordingFileSystem() : real_(sqlite3_vfs_find(nullptr)) {
    vfs_ = *real_;
    vfs_.zName = "recording";
    vfs_.szOsFile = static_cast<int>(sizeof(RecordedFile)) + real_->szOsFile;
    vfs_.pAppData = real_;
    vfs_.xOpen = [](sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
      auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
      own(file)->name = name;
      const int code = real->xOpen(real, name, own(file)->real(), flags, out);
      file->pMethods = code == SQLITE_OK ? &kMethods : nullptr;
      return code;
    };
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int sync) {
      auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
      recorder().add({Operation::Kind::remove, std::filesystem::path(name).filename().string(), 0, {}});
      return real->xDelete(real, name, sync);
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~RecordingFileSystem() {
    sqlite3_vfs_register(real_, 1);
    sqlite3_vfs_unregister(&vfs_);
  }
  RecordingFileSystem(const RecordingFileSystem&) = delete;
  RecordingFileSystem& operator=(const RecordingFileSystem&) = delete;

 private:
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
};

const std::vector<Migration> kOrders{{1, "CREATE TABLE orders (id BIGINT PRIMARY KEY, what TEXT NOT NULL);"}};
constexpr int64_t kPlaced = 40;

// Turns the syncs off behind the adapter's back.
class WithoutSync final : public StoreHooks {
 public:
  void opened(sqlite3* connection) override {
    sqlite3_exec(connection, "PRAGMA synchronous=OFF", nullptr, nullptr, nullptr);
  }
};

struct Recording {
  std::map<std::string, std::string> before{};  // files as they were, all synced
  std::vector<Operation> operations{};
  std::vector<size_t> acknowledged{};  // of order n at index n - 1: how far the recording was
};

std::map<std::string, std::string> read_files(const std::string& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with("-shm") || !entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    out[name] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return out;
}

// Places orders one by one; with `early` each counts as answered from inside its closure.
Recording record(StoreHooks* hooks, bool early) {
  const TestFolder folder;
  const RecordingFileSystem recording;
  Recording out;
  Cores cores(1);
  cores.start();
  auto opened =
      open_sqlite({.name = "shop", .directory = folder.path(), .migrations = kOrders, .hooks = hooks});
  check(opened.ok(), "a database for the test");
  out.before = read_files(folder.path());
  recorder().begin();
  for (int64_t id = 1; id <= kPlaced; ++id) {
    size_t answered = 0;
    auto work = [id, &answered](Transaction& tx) -> Result<void> {
      auto put = tx.execute("INSERT INTO orders (id, what) VALUES ($1, $2)", id, std::string(700, 'x'));
      answered = recorder().now();
      if (!put) return put.error();
      return {};
    };
    check(wait_on(cores.at(0), (*opened)->write(std::move(work))).ok(), "it is placed");
    out.acknowledged.push_back(early ? answered : recorder().now());
  }
  out.operations = recorder().end();
  (*opened)->close();
  cores.stop();
  return out;
}

enum class Unsynced : uint8_t { nothing, everything, some };

// The files after the power went at `moment`.
std::map<std::string, std::string> files_at(const Recording& recording, size_t moment, Unsynced unsynced,
                                            SeededRandom& random) {
  // The last sync of each file before the moment makes everything before it certain.
  std::map<std::string, size_t> certain;
  for (size_t at = 0; at < moment; ++at) {
    if (recording.operations[at].kind == Operation::Kind::sync) certain[recording.operations[at].file] = at;
  }
  auto files = recording.before;
  for (size_t at = 0; at < moment; ++at) {
    const Operation& operation = recording.operations[at];
    const bool kept = certain.contains(operation.file) && at <= certain[operation.file];
    if (!kept && unsynced == Unsynced::nothing) continue;
    if (!kept && unsynced == Unsynced::some && random.below(2) == 0) continue;
    std::string& bytes = files[operation.file];
    const auto offset = static_cast<size_t>(operation.offset);
    if (operation.kind == Operation::Kind::remove) bytes.clear();
    if (operation.kind == Operation::Kind::truncate) bytes.resize(offset);
    if (operation.kind != Operation::Kind::write) continue;
    bytes.resize(std::max(bytes.size(), offset + operation.bytes.size()));
    bytes.replace(offset, operation.bytes.size(), operation.bytes);
  }
  return files;
}

struct Verdict {
  size_t moments = 0;
  size_t lost = 0;     // acknowledged orders that were not there
  size_t damaged = 0;  // databases that did not open whole
};

// Where the cut-off files are opened: a thousand databases, in memory when the machine has room there.
std::string folder_for_lives() {
  std::error_code ignored;
  const bool memory = std::filesystem::is_directory("/dev/shm", ignored);
  return (memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
         ("vitrine-power-" + std::to_string(getpid()));
}

// Cuts the recording at each moment and opens what is left.
Verdict cut_everywhere(const Recording& recording) {
  SeededRandom random(1);
  Verdict out;
  for (size_t moment = 0; moment <= recording.operations.size(); ++moment) {
    for (const Unsynced unsynced : {Unsynced::nothing, Unsynced::some, Unsynced::everything}) {
      ++out.moments;
      const std::string life = folder_for_lives();
      std::filesystem::remove_all(life);
      std::filesystem::create_directories(life);
      for (const auto& [name, bytes] : files_at(recording, moment, unsynced, random)) {
        std::ofstream(life + "/" + name, std::ios::binary) << bytes;
      }
      auto connection = SqliteConnection::open({.path = life + "/shop.sqlite"});
      const auto whole = connection ? (*connection)->query("PRAGMA integrity_check") : Result<Rows>(Rows{});
      const auto orders = connection ? (*connection)->query("SELECT id FROM orders ORDER BY id") : whole;
      if (!whole || whole->empty() || whole->front().text(0) != "ok" || !orders) {
        ++out.damaged;
        continue;
      }
      for (size_t order = 0; order < recording.acknowledged.size(); ++order) {
        if (recording.acknowledged[order] > moment) break;
        if (orders->size() <= order) ++out.lost;
      }
    }
  }
  std::filesystem::remove_all(folder_for_lives());
  return out;
}

TEST(PowerLoss, NoMomentLosesAnAcknowledgedOrder) {
  const Recording recording = record(nullptr, false);
  ASSERT_EQ(recording.acknowledged.size(), static_cast<size_t>(kPlaced));
  const Verdict verdict = cut_everywhere(recording);
  std::printf("%zu operations, %zu states: %zu orders lost, %zu databases damaged\n",
              recording.operations.size(), verdict.moments, verdict.lost, verdict.damaged);
  EXPECT_GT(verdict.moments, 300u);
  EXPECT_EQ(verdict.lost, 0u);
  EXPECT_EQ(verdict.damaged, 0u);
}

TEST(PowerLoss, WithoutSyncsAcknowledgedOrdersAreLost) {
  WithoutSync hooks;
  EXPECT_GT(cut_everywhere(record(&hooks, false)).lost, 0u) << "or the model sees nothing";
}

TEST(PowerLoss, AnAnswerBeforeTheCommitLosesOrders) {
  EXPECT_GT(cut_everywhere(record(nullptr, true)).lost, 0u) << "or the model sees nothing";
}

}  // namespace
}  // namespace vitrine
