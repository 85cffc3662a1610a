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

# Two precompiled headers, because the standard library, Asio's core and JSON cost seconds a file: pch.h for the
# program, and for the tests one with GoogleTest that is compiled without optimization: a test is compiled more
# often than run, and optimizing its many small functions under sanitizers takes twice as long as all the rest.
# -fno-pch-timestamp and the .sum let ccache reuse objects across build folders (cached_compile.sh).
function(vitrine_make_pch target header)
  file(WRITE "${CMAKE_BINARY_DIR}/pch.cc.in" "")
  configure_file("${CMAKE_BINARY_DIR}/pch.cc.in" "${CMAKE_BINARY_DIR}/${target}.cc" COPYONLY)
  add_library(${target} STATIC "${CMAKE_BINARY_DIR}/${target}.cc")
  target_link_libraries(${target} PUBLIC vitrine_flags)
  target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp ${ARGN})
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/cmake")
  target_precompile_headers(${target} PRIVATE <${header}>)
  configure_file("${CMAKE_SOURCE_DIR}/cmake/${header}"
    "${CMAKE_BINARY_DIR}/CMakeFiles/${target}.dir/cmake_pch.hxx.pch.sum" COPYONLY)
endfunction()
function(vitrine_reuse_pch target pch)
  target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp ${ARGN})
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/cmake")
  target_precompile_headers(${target} REUSE_FROM ${pch})
endfunction()

vitrine_make_pch(vitrine_pch pch.h)
function(vitrine_use_pch target)
  vitrine_reuse_pch(${target} vitrine_pch)
endfunction()
if(VITRINE_TESTS)
  vitrine_make_pch(vitrine_test_pch test_pch.h -O0)
  target_link_libraries(vitrine_test_pch PUBLIC GTest::gmock GTest::gtest)
  function(vitrine_use_test_pch target)
    vitrine_reuse_pch(${target} vitrine_test_pch -O0)
  endfunction()
endif()
