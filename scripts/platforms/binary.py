"""Prints facts about a binary as JSON: python binary.py <file>

ELF for Linux, Mach-O for macOS, PE for Windows.
"""

import hashlib
import json
import sys

import lief

CPUS = {"ARM": "arm", "AARCH64": "arm64", "ARM64": "arm64", "X86_64": "x64", "AMD64": "x64"}
CODE_DIRECTORY = 0xFADE0C02


def elf_facts(binary):
    needed = [aux.name for version in binary.symbols_version_requirement for aux in version.get_auxiliary_symbols()]
    return {
        "cpu": CPUS[binary.header.machine_type.name],
        "exports": [symbol.name for symbol in binary.exported_symbols],
        "libraries": list(binary.libraries),
        "glibc": sorted({name for name in needed if name.startswith("GLIBC_")}),
    }


def macho_facts(binary, content):
    version = binary.build_version.minos if binary.has_build_version else binary.version_min.version
    return {
        "cpu": CPUS[binary.header.cpu_type.name],
        # C names start with an underscore.
        "exports": [symbol.name[1:] for symbol in binary.exported_symbols],
        # The binary's own name is in this list too.
        "libraries": [
            library.name for library in binary.libraries if library.command != lief.MachO.LoadCommand.TYPE.ID_DYLIB
        ],
        "macos": f"{version[0]}.{version[1]}",
        "signed": binary.has_code_signature and is_signed(content, binary.code_signature.data_offset),
    }


def is_signed(content, signature):
    """Whether the signature has the right digest of every page before it. Otherwise macOS kills the process."""
    number = lambda at, size=4: int.from_bytes(content[at : at + size], "big")
    for index in range(number(signature + 8)):
        directory = signature + number(signature + 16 + index * 8)
        if number(directory) != CODE_DIRECTORY:
            continue
        digests, count, limit = (directory + number(directory + 16), number(directory + 28), number(directory + 32))
        size = 1 << number(directory + 39, 1)
        pages = (content[slot * size : min((slot + 1) * size, limit)] for slot in range(count))
        return all(
            hashlib.sha256(page).digest() == content[digests + slot * 32 : digests + (slot + 1) * 32]
            for slot, page in enumerate(pages)
        )
    return False


def pe_facts(binary):
    return {
        "cpu": CPUS[binary.header.machine.name],
        "exports": [function.name for function in binary.exported_functions],
        "libraries": [library.name for library in binary.imports],
    }


def facts(file):
    binary = lief.parse(file)
    if isinstance(binary, lief.ELF.Binary):
        return elf_facts(binary)
    if isinstance(binary, lief.MachO.Binary):
        with open(file, "rb") as stream:
            return macho_facts(binary, stream.read())
    if isinstance(binary, lief.PE.Binary):
        return pe_facts(binary)
    raise SystemExit(f"{file} is neither ELF, nor Mach-O, nor PE")


print(json.dumps(facts(sys.argv[1])))
