# What `cmake --install` copies, and the .deb that `cpack -G DEB` makes of it.
include(GNUInstallDirs)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # scripts/package builds what is installed, not every test

foreach(program IN ITEMS cutset cutset-agent cutset-driver)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(FILES ${PROJECT_SOURCE_DIR}/packaging/man/${program}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  endif()
endforeach()
if(TARGET cutset)
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/completion/cutset.bash RENAME cutset
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
if(TARGET cutset-agent)
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/systemd/cutset-agent.service DESTINATION lib/systemd/system)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/schema DESTINATION ${CMAKE_INSTALL_DATADIR}/cutset
  FILES_MATCHING PATTERN "*.json")
# Stands beside schema/ as in the sources, so that the relative paths in its files stay right.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/ DESTINATION ${CMAKE_INSTALL_DATADIR}/cutset/examples
  USE_SOURCE_PERMISSIONS
  PATTERN node_modules EXCLUDE PATTERN .cutset EXCLUDE PATTERN "*.log" EXCLUDE PATTERN __pycache__ EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/SECURITY.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
# What agents call where hosts are namespaces or links are cut.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "iproute2, nftables, openssl")
set(CPACK_PACKAGE_NAME cutset)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The cutset authors <cutset@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "finds the smallest fault sets that break a distributed system")
set(CPACK_PACKAGE_DESCRIPTION
"cutset runs a distributed application, watches which calls its good outcomes
depend on, and fails exactly those calls, in the smallest combinations that
could break an outcome. Each experiment exposes a bug or teaches the model
another way in which the application succeeds.
.
This package holds the command line tool, the agent that starts services,
proxies their calls and applies faults, and example systems.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nodejs (>= 18.19), npm, redis-server, redis-sentinel, etcd-server, nats-server, python3")
# Debian wants man pages and changelogs compressed without a time stamp; done on the staged copy.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/debian/compress.cmake)
set(CPACK_CUTSET_DEBIAN_CHANGELOG ${PROJECT_SOURCE_DIR}/packaging/debian/changelog)
include(CPack)
