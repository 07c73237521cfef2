// A request under way: what was asked, how far it is, and where its keys and values lie.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "grammar/token_filter.h"
#include "lectern/engine.h"
#include "runtime/drafter.h"
#include "runtime/generation.h"
#include "runtime/text_stream.h"

namespace lectern::runtime {

/// The blocks of a sequence in one KV group.
struct BlockTable {
  std::vector<std::int32_t> blocks;  // block of positions [i, i + 1) * block_size; -1 behind the window
  int first = 0;                     // the first entry that is not -1
};

struct Sequence {
  /// `groups` is the number of KV groups; `context` bounds prompt and answer together, in tokens.
  Sequence(Request asked, int context, int groups, const Tokenizer& tokenizer);

  Request request;
  int prompt_size;
  int max_size;  // tokens, prompt and answer together
  TextStream text;
  std::shared_ptr<PendingGeneration> generation;
  std::chrono::steady_clock::time_point submitted, admitted, first_token;  // admitted: for the first time

  std::vector<TokenId> tokens;  // the prompt, then what was generated
  std::vector<TokenId> draft;   // what may follow, to be checked in this step
  Drafter drafter;
  std::unique_ptr<grammar::TokenFilter> filter;  // where the request has a grammar
  grammar::TokenFilter::Position grammar_position = 0;
  int computed = 0;                 // tokens whose keys and values are in the cache
  std::vector<BlockTable> tables;   // [groups]
  std::vector<std::string> hashes;  // of the beginnings that end with each full block, as far as they were needed
  int published = 0;                // full blocks offered to the prefix cache
  int cached_tokens = -1;           // of the prompt, found in the prefix cache at the first admission; -1 before it
  int prompt_logits_reported;       // up to here: once each, though a preempted sequence computes them again

  Completion completion;
  std::exception_ptr failure;
  bool finished = false;

  int size() const { return static_cast<int>(tokens.size()); }
  int pending() const { return size() - computed; }
  int generated() const { return size() - prompt_size; }
  /// Whether the answer is a text of its own; what a grammar has allowed is not changed.
  bool begins_text() const { return !request.continues_prompt && request.sampling.grammar == nullptr; }
  bool wants_prompt_logits() const {
    return request.on_prompt_logits != nullptr && prompt_logits_reported < prompt_size;
  }
};

}  // namespace lectern::runtime
