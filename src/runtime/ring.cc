#include "runtime/ring.h"

#include <utility>

namespace vitrine {

// Lives on the home core; leases and answers find it by a weak reference that is locked only there.
struct FeedDesk {
  struct CoreBook {
    std::shared_ptr<FeedReplica> replica;
    size_t leases = 0;
    RingStats stats;      // of the replica, as last heard
    bool missed = false;  // slabs were not posted because its mailbox was full
  };

  FeedDesk(size_t cores, Core& home) : books(cores), home_core(static_cast<size_t>(home.index())) {}

  // What a new replica begins with.
  const FeedReplica& home_replica() const { return *books[home_core].replica; }

  // The last lease of another core takes its replica away: nothing is posted to a core without viewers.
  void give_back(size_t core, const std::weak_ptr<FeedDesk>& self, Core& home) {
    CoreBook& book = books[core];
    if (--book.leases > 0 || core == home_core) return;
    Core& its_core = book.replica->core();
    book.stats = {};
    its_core.post([replica = std::move(book.replica), self, &home]() mutable {
      home.post([self, last = replica->stats()] {
        if (const auto desk = self.lock()) desk->past += last;
      });
      replica.reset();
    });
  }

  std::vector<CoreBook> books;
  size_t home_core;
  RingStats past;  // of replicas that are gone
};

FeedLease::FeedLease(std::weak_ptr<FeedDesk> desk, Core& home, std::shared_ptr<FeedReplica> replica)
    : desk_(std::move(desk)), home_(&home), replica_(std::move(replica)) {}

FeedLease& FeedLease::operator=(FeedLease&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  desk_ = std::move(other.desk_);
  home_ = other.home_;
  replica_ = std::move(other.replica_);
  return *this;
}

FeedLease::~FeedLease() {
  give_back();
}

void FeedLease::give_back() {
  if (!replica_) return;
  const auto core = static_cast<size_t>(replica_->core().index());
  home_->post([weak = std::move(desk_), core, home = home_] {
    if (const auto desk = weak.lock()) desk->give_back(core, weak, *home);
  });
  replica_.reset();
}

RingSeat::RingSeat(FeedLease lease, RingSocket& socket, RingListener& listener, SeatStart start)
    : lease_(std::move(lease)), id_(lease_.replica().add(socket, listener, std::move(start))) {}

RingSeat::~RingSeat() {
  lease_.replica().remove(id_);
}

Result<void> RingSeat::send_private(Bytes messages) {
  return lease_.replica().send_private(id_, messages);
}

void RingSeat::resume(SeatStart start) {
  lease_.replica().resume(id_, std::move(start));
}

void RingSeat::hold() {
  lease_.replica().hold(id_);
}

bool RingSeat::at_rest() const {
  return lease_.replica().at_rest(id_);
}

Feed::Feed(Cores& cores, Core& home, const Clock& clock, FeedOptions options, FlushPacers* pacers)
    : home_(home),
      clock_(clock),
      options_(options),
      pacers_(pacers),
      desk_(std::make_shared<FeedDesk>(static_cast<size_t>(cores.count()), home)) {
  desk_->books[desk_->home_core].replica = make_replica(home);
}

// A replica goes on its own core, also when its last lease has just been given back.
Feed::~Feed() {
  end();
  for (auto& book : desk_->books) {
    if (!book.replica) continue;
    Core& its_core = book.replica->core();
    its_core.post([replica = std::move(book.replica)]() mutable { replica.reset(); });
  }
}

uint64_t Feed::append(SlabPtr slab) {
  home_.check_here();
  const uint64_t sequence = head();
  for (auto& book : desk_->books) {
    if (!book.replica) continue;
    if (book.replica->core().here()) {
      book.replica->append(sequence, slab);
      continue;
    }
    const uint32_t on_their_way = book.replica->mailbox().load(std::memory_order_relaxed);
    book.missed = on_their_way >= (book.missed ? FeedReplica::kMailboxMax / 2 : FeedReplica::kMailboxMax);
    if (book.missed) continue;
    book.replica->mailbox().fetch_add(1, std::memory_order_relaxed);
    book.replica->core().post([replica = book.replica, sequence, slab] {
      replica->mailbox().fetch_sub(1, std::memory_order_relaxed);
      replica->append(sequence, slab);
    });
  }
  return sequence;
}

const RingSlabs& Feed::slabs() const {
  return desk_->home_replica().slabs();
}

std::shared_ptr<FeedReplica> Feed::make_replica(Core& core) {
  const auto pacer = pacers_ != nullptr ? pacers_->at(core) : std::shared_ptr<FlushPacer>();
  return std::make_shared<FeedReplica>(core, clock_, options_, pacer);
}

FeedLease Feed::lease(Core& core) {
  home_.check_here();
  auto& book = desk_->books[static_cast<size_t>(core.index())];
  if (!book.replica) {
    book.replica = make_replica(core);
    core.post([replica = book.replica, ring = slabs(), ended = ended_] {
      for (uint64_t at = ring.first(); at < ring.head(); ++at) replica->append(at, ring.at(at));
      if (ring.empty()) replica->begin_at(ring.head());
      if (ended) replica->end();
    });
  }
  ++book.leases;
  return FeedLease(desk_, home_.core(), book.replica);
}

size_t Feed::leases() const {
  size_t sum = 0;
  for (const auto& book : desk_->books) sum += book.leases;
  return sum;
}

void Feed::end() {
  if (ended_) return;
  ended_ = true;
  for (auto& book : desk_->books) {
    if (!book.replica) continue;
    book.replica->core().post([replica = book.replica] { replica->end(); });
  }
}

RingStats Feed::stats() {
  home_.check_here();
  RingStats sum = desk_->past;
  const std::weak_ptr<FeedDesk> weak = desk_;
  for (size_t core = 0; core < desk_->books.size(); ++core) {
    auto& book = desk_->books[core];
    sum += book.stats;
    if (!book.replica) continue;
    book.replica->core().post([replica = book.replica, weak, core, &home = home_.core()] {
      // The home core must not be the one to destroy a replica, so what goes there is weak.
      home.post([weak, core, from = std::weak_ptr(replica), heard = replica->stats()] {
        const auto desk = weak.lock();
        if (!desk) return;
        auto& its_book = desk->books[core];
        const bool same = !from.owner_before(its_book.replica) && !its_book.replica.owner_before(from);
        if (same) its_book.stats = heard;
      });
    });
  }
  return sum;
}

}  // namespace vitrine
