# cmake --install: headers, the command, both libraries, and the package that find_package(luge) reads.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/luge)

install(TARGETS luge_headers luge_shared EXPORT luge_shared_targets)
# A build of nothing but the command installs without the static library, which find_package then calls missing.
install(TARGETS luge_headers luge_archive EXPORT luge_archive_targets ARCHIVE OPTIONAL)
set_target_properties(luge_shared PROPERTIES EXPORT_NAME shared)
set_target_properties(luge_archive PROPERTIES EXPORT_NAME archive)
set_target_properties(luge_headers PROPERTIES EXPORT_NAME headers)
install(EXPORT luge_shared_targets NAMESPACE luge:: FILE luge-shared.cmake DESTINATION ${package_dir})
install(EXPORT luge_archive_targets NAMESPACE luge:: FILE luge-archive.cmake DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/luge DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET luge)
  install(TARGETS luge)
endif()
if(LUGE_BOARD)
  install(FILES ${PROJECT_SOURCE_DIR}/src/board/page/dygraphs.LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
# All that cmake --install copies.
add_custom_target(luge_installed DEPENDS luge_shared luge_archive)
if(TARGET luge)
  add_dependencies(luge_installed luge)
endif()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/luge-config.cmake.in ${PROJECT_BINARY_DIR}/luge-config.cmake
                              INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/luge-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/luge-config.cmake ${PROJECT_BINARY_DIR}/luge-config-version.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindOneDNN.cmake DESTINATION ${package_dir})
