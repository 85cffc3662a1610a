# Flags every target shares, and the precompiled header.
add_library(vitrine_flags INTERFACE)
target_include_directories(vitrine_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(vitrine_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough -Werror
  -fno-omit-frame-pointer
  -Wno-deprecated-declarations)  # libstdc++ 12: std::stable_sort uses its own deprecated buffer
target_compile_definitions(vitrine_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE
  VITRINE_VERSION="${PROJECT_VERSION}")
target_link_libraries(vitrine_flags INTERFACE Threads::Threads OpenSSL::SSL OpenSSL::Crypto Boost::json fmt::fmt)
if(VITRINE_SANITIZE)
  target_compile_options(vitrine_flags INTERFACE -fsanitize=${VITRINE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(vitrine_flags INTERFACE -fsanitize=${VITRINE_SANITIZE})
endif()
if(VITRINE_FUZZ)
  target_compile_options(vitrine_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# The precompiled header makes every object refer to Asio, so every program links it, also those that
# know nothing of runtime/.
add_library(vitrine_asio STATIC "${CMAKE_SOURCE_DIR}/src/runtime/asio.cc")
target_compile_features(vitrine_asio PRIVATE cxx_std_23)
target_compile_options(vitrine_asio PRIVATE $<TARGET_PROPERTY:vitrine_flags,INTERFACE_COMPILE_OPTIONS>)
target_compile_definitions(vitrine_asio PRIVATE $<TARGET_PROPERTY:vitrine_flags,INTERFACE_COMPILE_DEFINITIONS>)
target_link_libraries(vitrine_flags INTERFACE vitrine_asio)

# One precompiled header for all: the standard library, Asio's core and JSON cost seconds a file.
# -fno-pch-timestamp and the .sum let ccache reuse objects across build folders (cached_compile.sh).
file(WRITE "${CMAKE_BINARY_DIR}/pch.cc.in" "")
configure_file("${CMAKE_BINARY_DIR}/pch.cc.in" "${CMAKE_BINARY_DIR}/pch.cc" COPYONLY)
add_library(vitrine_pch STATIC "${CMAKE_BINARY_DIR}/pch.cc")
target_link_libraries(vitrine_pch PUBLIC vitrine_flags)
target_compile_options(vitrine_pch PRIVATE -Xclang -fno-pch-timestamp)
target_include_directories(vitrine_pch PRIVATE "${CMAKE_SOURCE_DIR}/cmake")
target_precompile_headers(vitrine_pch PRIVATE <pch.h>)
configure_file("${CMAKE_SOURCE_DIR}/cmake/pch.h"
  "${CMAKE_BINARY_DIR}/CMakeFiles/vitrine_pch.dir/cmake_pch.hxx.pch.sum" COPYONLY)

function(vitrine_use_pch target)
  target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp)
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/cmake")
  target_precompile_headers(${target} REUSE_FROM vitrine_pch)
endfunction()
