// The bounded queue: who may ask the engine for an answer.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace lectern::server {

class Admission;

/// The right to one answer, given back with it. The admission must outlive it.
class Ticket {
 public:
  Ticket() = default;
  explicit Ticket(Admission& admission) : admission_(&admission) {}
  Ticket(Ticket&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    std::swap(admission_, other.admission_);
    return *this;
  }
  inline ~Ticket();

 private:
  Admission* admission_ = nullptr;
};

/// Answers under way and waiting, together.
class Admission {
 public:
  explicit Admission(int most) : most_(most) {}

  /// `count` of them or nothing.
  std::optional<std::vector<Ticket>> admit(int count) {
    const std::lock_guard lock(mutex_);
    if (count > most_ - taken_) return std::nullopt;
    taken_ += count;
    std::vector<Ticket> tickets;
    for (int i = 0; i < count; ++i) tickets.emplace_back(*this);
    return tickets;
  }
  int taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  friend class Ticket;
  void give_back() {
    const std::lock_guard lock(mutex_);
    --taken_;
  }

  const int most_;
  mutable std::mutex mutex_;
  int taken_ = 0;
};

Ticket::~Ticket() {
  if (admission_ != nullptr) admission_->give_back();
}

}  // namespace lectern::server
