PKGS += libmspack
