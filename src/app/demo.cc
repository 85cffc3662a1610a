#include "app/demo.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <sstream>

#include "app/assets.h"
#include "app/doctor.h"
#include "app/wait_for.h"
#include "base/dto.h"
#include "media/module.h"
#include "members/module.h"
#include "rooms/module.h"
#include "shop/module.h"

namespace vitrine {
namespace {

constexpr const char* kRoom = "demo";

struct AccessFile {
  std::string owner_password;
  std::string host_password;
  std::string stream_key;
  static constexpr auto fields() {
    return std::tuple{field("owner_password", &AccessFile::owner_password),
                      field("host_password", &AccessFile::host_password),
                      field("stream_key", &AccessFile::stream_key)};
  }
};

std::string picture(std::string_view name) {
  for (const Asset& asset : embedded_assets()) {
    if (asset.path == fmt::format("demo:{}.webp", name)) return std::string(asset.bytes);
  }
  return {};
}

std::vector<PlantedProduct> demo_products() {
  return {
      {"手作陶杯 Handmade mug",
       "景德镇手工拉坯，每一只都不一样。330 ml，可进洗碗机。",
       picture("mug"),
       {{"赤陶 Terracotta", 5900, 60}, {"奶白 Cream", 5900, 40}}},
      {"羊绒围巾 Cashmere scarf",
       "内蒙古阿拉善羊绒，200 × 35 cm，轻而暖。",
       picture("scarf"),
       {{"酒红 Burgundy", 29900, 24}, {"雾蓝 Mist blue", 29900, 18}}},
      {"暖光台灯 Warm light lamp",
       "2700 K 无频闪，三档调光，布艺灯罩。",
       picture("lamp"),
       {{"橙罩 Amber", 16800, 5}}},
      {"明前龙井 Longjing tea",
       "西湖一级产区，2026 年明前手炒，50 g 罐装。",
       picture("tea"),
       {{"50 g", 12800, 80}, {"100 g", 23800, 36}}},
      {"降噪耳机 Noise-cancelling headphones",
       "45 dB 主动降噪，60 小时续航，可折叠。",
       picture("headphones"),
       {{"藏青 Navy", 49900, 30}}},
      {"多肉盆栽 Succulent",
       "带水泥盆发货，附养护卡，死亡包赔。",
       picture("plant"),
       {{"单盆 One pot", 3900, 120}}},
      {"手账本 Notebook",
       "A5 方格内页 192 页，100 g 纸，可平摊。",
       picture("notebook"),
       {{"紫 Purple", 4500, 75}, {"墨绿 Forest", 4500, 75}}},
      {"丝绒口红 Velvet lipstick",
       "哑光不拔干，一抹显色。",
       picture("lipstick"),
       {{"正红 Red", 8900, 50}, {"豆沙 Rose", 8900, 50}, {"枫叶 Maple", 8900, 2}}},
  };
}

std::string access_path(const Server& server) {
  return server.data() + "/demo.json";
}

AccessFile read_access(const Server& server) {
  std::ifstream file(access_path(server));
  std::stringstream text;
  text << file.rdbuf();
  boost::system::error_code failed;
  const auto json = boost::json::parse(text.str(), failed);
  AccessFile access;
  if (failed || read_dto(access, json)) return {};
  return access;
}

Result<void> write_access(const Server& server, const AccessFile& access) {
  const std::string text = boost::json::serialize(to_json(access));
  const int file = open(access_path(server).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) close(file);
  if (!written) return Error{ErrorKind::unavailable, "demo.access_file"};
  return {};
}

// The account's password; made anew only when the account is not there yet.
Result<void> make_account(Platform& here, const std::string& name, Role role, std::string& password) {
  if (!password.empty()) return {};
  SystemRandom random;
  const std::string fresh = random_hex(random, 6);
  const auto made = wait_for(here.cores, here.members_module->create_staff(name, role, fresh));
  if (!made) return made.error();
  password = fresh;
  return {};
}

Result<void> make_accounts(Platform& here, AccessFile& access) {
  if (here.members_module == nullptr) return {};
  if (auto made = make_account(here, "owner", Role::owner, access.owner_password); !made) return made;
  return make_account(here, "host", Role::host, access.host_password);
}

Result<void> make_stream_key(Platform& here, AccessFile& access) {
  if (here.media_module == nullptr || !access.stream_key.empty()) return {};
  const auto key = wait_for(here.cores, here.media_module->create_key(kRoom, here.http_host));
  if (!key) return key.error();
  access.stream_key = key->key;
  return {};
}

Result<void> make_room(Platform& here) {
  if (here.rooms_module == nullptr) return {};
  const auto made = wait_for(here.cores, here.rooms_module->create_room(kRoom, "橱窗好物直播间", "小橱"));
  if (!made && made.error().kind != ErrorKind::conflict) return made.error();
  return {};
}

Result<void> make_products(Platform& here) {
  if (here.shop_module == nullptr) return {};
  const auto planted = wait_for(here.cores, here.shop_module->plant_demo_products(kRoom, demo_products()));
  if (!planted) return planted.error();
  return {};
}

}  // namespace

Result<DemoAccess> plant_demo(Server& server) {
  Platform& here = server.installation().platform();
  AccessFile access = read_access(server);
  if (auto made = make_accounts(here, access); !made) return made.error();
  if (auto made = make_stream_key(here, access); !made) return made.error();
  if (auto written = write_access(server, access); !written) return written.error();
  if (auto made = make_room(here); !made) return made.error();
  if (auto made = make_products(here); !made) return made.error();
  return DemoAccess{access.owner_password, access.host_password, access.stream_key};
}

std::unique_ptr<ChildProcess> start_demo_publisher(const Server& server, const DemoAccess& access) {
  const std::string codec = codec_program();
  if (codec.empty() || server.rtmp_port() == 0) return nullptr;
  const std::string url = fmt::format("{}://127.0.0.1:{}/live/{}?key={}&takeover=1", server.rtmp_scheme(),
                                      server.rtmp_port(), kRoom, access.stream_key);
  return std::make_unique<ChildProcess>(std::vector<std::string>{codec, "publish"},
                                        std::vector<std::string>{"VITRINE_PUBLISH_URL=" + url});
}

}  // namespace vitrine
