# Run by CPack on the staged tree: adds Debian's changelog and compresses what policy wants compressed.
file(GLOB_RECURSE staged ${CPACK_TEMPORARY_DIRECTORY}/*/share/doc/cutset/copyright)
foreach(copyright IN LISTS staged)
  get_filename_component(docs ${copyright} DIRECTORY)
  configure_file(${CPACK_CUTSET_DEBIAN_CHANGELOG} ${docs}/changelog COPYONLY)
endforeach()
file(GLOB_RECURSE pages ${CPACK_TEMPORARY_DIRECTORY}/*/share/man/*.1)
file(GLOB_RECURSE changelogs ${CPACK_TEMPORARY_DIRECTORY}/*/share/doc/cutset/changelog
  ${CPACK_TEMPORARY_DIRECTORY}/*/share/doc/cutset/CHANGELOG.md)
foreach(file IN LISTS pages changelogs)
  execute_process(COMMAND gzip -9 -n -f ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
