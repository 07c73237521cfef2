#pragma once

namespace lectern::library {

extern const char* const kSchema;  // schema.sql

}  // namespace lectern::library
