#!/usr/bin/env pwsh
# Keeps the backups of a server small.
param(
    [string]$Root = "/backup",
    [switch]$WhatIf
)

Set-StrictMode -Version Latest

$KeepDays = 30
$script:Removed = 0
[int]$Limit = 5

enum Level {
    Info
    Warning = 2
}

# One backup on disk.
class Backup {
    [string]$Path
    hidden [datetime]$Created = [datetime]::Now
    static [int]$Count = 0

    Backup([string]$path) {
        $this.Path = $path
    }

    [int] Age() {
        return ([datetime]::Now - $this.Created).Days
    }

    static [Backup] Open([string]$path) {
        return [Backup]::new($path)
    }
}

<#
.SYNOPSIS
Finds backups that are too old.
TODO: understand leap years
#>
function Get-OldBackup {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [string]$Path,
        [int]$Days = $KeepDays
    )
    begin {
        $limit = (Get-Date).AddDays(-$Days)
    }
    process {
        function Test-Age($file) { $file.LastWriteTime -lt $limit }
        Get-ChildItem $Path | Where-Object { Test-Age $_ }
    }
}

filter Select-Big { if ($_.Length -gt 1000) { $_ } }

function Remove-Backup($file) {
    Remove-Item $file
    $script:Removed++
}

workflow Invoke-Cleanup {
    Get-OldBackup -Path $Root
}

$handler = { param($x) $x * 2 }

function Before-It { 1 }

function Wrong-One {
    if ($x -eq ) { [
}

function After-It { 2 }
