// Whether the library under test is watched by AddressSanitizer. The tests themselves are compiled alike either way.
#pragma once

namespace luge::testing {

/// True in a build with LUGE_SANITIZE=address: freed memory is kept aside, and terabytes are reserved.
bool address_sanitizer();

}  // namespace luge::testing
